// ONNX Runtime in the comparison; ../compare.py says what a worker takes and prints:
// node run.mjs MODEL.onnx THREADS SECONDS (IR VIS OUT)...
import {readFileSync, writeFileSync} from 'node:fs';
import ort from 'onnxruntime-node';

const MOST_RUNS = 2000;

// A binary PGM of 8 bits as a tensor (1, 1, height, width) in [0, 1].
function readImage(path) {
  const file = readFileSync(path);
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 64));
  if (!header) throw new Error(`${path}: not a binary PGM of 8 bits`);
  const [width, height] = [Number(header[1]), Number(header[2])];
  const values = Float32Array.from(file.subarray(header[0].length), (v) => v / 255);
  return new ort.Tensor('float32', values, [1, 1, height, width]);
}

function writeImage(path, tensor) {
  const [, , height, width] = tensor.dims;
  const values = Uint8Array.from(tensor.data, (v) => Math.round(255 * v));
  writeFileSync(path, Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), values]));
}

async function main([model, threads, seconds, ...images]) {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const ms = [];
  for (let i = 0; i + 2 < images.length; i += 3) {
    const pair = {ir: readImage(images[i]), vis: readImage(images[i + 1])};
    writeImage(images[i + 2], (await session.run(pair)).fused);
    if (i > 0 || Number(seconds) === 0) continue;
    const end = performance.now() + 1000 * Number(seconds);
    while (ms.length < 3 || (performance.now() < end && ms.length < MOST_RUNS)) {
      const start = performance.now();
      await session.run(pair);
      ms.push(performance.now() - start);
    }
  }
  const version = `ONNX Runtime ${ort.env.versions.node}, Node ${process.versions.node}`;
  console.log(JSON.stringify({version, ms}));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
