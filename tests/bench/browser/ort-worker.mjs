// onnxruntime-web in a worker: one thread, wasm with SIMD. Its address says which network. Says 'ready', then answers each message with [greatest logit, seconds].

import * as ort from './ort.wasm.min.mjs';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL('./', import.meta.url).href;

const options = new URLSearchParams(self.location.search);
const folder = options.get('network'), side = Number(options.get('side'));
const session = await ort.InferenceSession.create(`${folder}/network.onnx`, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
const picture = new Float32Array(await (await fetch(`${folder}/picture.f32`)).arrayBuffer());

onmessage = async () => {
  const start = performance.now();
  const answer = await session.run({ picture: new ort.Tensor('float32', picture, [1, 3, side, side]) });
  const logits = answer[session.outputNames[0]].data;
  const seconds = (performance.now() - start) / 1000;
  postMessage([Math.max(...logits), seconds]);
};
postMessage('ready');
