// Answers the same picture by the handler and by S3 GET + bare sharp, in turn; sends both series of ms to its parent.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { handler } from "../../lambda/handler.ts";
import { buffered, contextOf, eventOf } from "../invocation.ts";

const ROUNDS = 150;
const WARM_UP = 20;

const event = eventOf("/unsafe/rs:fit:720:720/plain/s3://pictures/two.jpg");
const client = new S3Client({});

async function ours() {
  const { statusCode } = buffered(await handler(event, contextOf(20_000)));
  if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
}

async function bare() {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "pictures", Key: "two.jpg" }));
  const bytes = await Body?.transformToByteArray();
  await sharp(bytes).resize(720, 540, { fit: "fill" }).jpeg({ quality: 80 }).toBuffer();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const series: { ours: number; bare: number }[] = [];
for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  const figures = { ours: await timed(ours), bare: await timed(bare) };
  if (round >= WARM_UP) series.push(figures);
}
process.send?.(series);
client.destroy();
process.disconnect?.();
