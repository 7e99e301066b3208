/** What AWS executes. */
export const handler = async () => ({ statusCode: 501, body: "" });
