/** What most browsers of today say of images: what is warmed where nobody says otherwise. */
export const BROWSERS = "image/avif,image/webp,image/*,*/*;q=0.8";
