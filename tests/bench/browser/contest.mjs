// The browser's part of `cargo xtask bench`: the CPU engine and onnxruntime-web, turn by turn, each in its own worker.
// The address says which network, which of the two, and how many turns and passes. Every turn is announced with POST begin
// and told with POST end: a number both must agree on, then seconds of each pass.

const options = new URLSearchParams(location.search);
const [rounds, passes, warm, side] = ['rounds', 'passes', 'warm', 'side'].map((name) => Number(options.get(name)));
const folder = `${options.get('network')}/`;

const say = (what, text = '') => fetch(what, { method: 'POST', body: text });
const bytes = async (address) => (await fetch(address)).arrayBuffer();
const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

// A worker whose messages can be waited for one by one.
class Line {
  constructor(script) {
    this.waiting = [];
    this.come = [];
    this.worker = new Worker(script, { type: 'module' });
    this.worker.onerror = (error) => say('failed', `${script}: ${error.message}`);
    this.worker.onmessage = ({ data }) => (this.waiting.length ? this.waiting.shift()(data) : this.come.push(data));
  }
  next() {
    return this.come.length ? Promise.resolve(this.come.shift()) : new Promise((done) => this.waiting.push(done));
  }
}

// The engine of the built page, spoken to as the page speaks to it.
class Tessera {
  static async open() {
    const own = new Tessera();
    own.line = new Line('../cpu-worker.js');
    own.picture = await bytes(`${folder}picture.rgb`);
    own.job = 0;
    await own.event('Loaded');
    const card = await (await fetch(`${folder}card.json`)).json();
    own.send({ Open: { card } }, await bytes(folder + card.weights));
    await own.event('Opened');
    return own;
  }
  send(request, buffer) {
    this.line.worker.postMessage([JSON.stringify(request), buffer], [buffer]);
  }
  // The next event, which must be of that name, and its buffers.
  async event(name) {
    const [text, ...buffers] = await this.line.next();
    const event = JSON.parse(text);
    const found = typeof event === 'string' ? event : Object.keys(event)[0];
    if (found === 'Progress' && name !== found) return this.event(name);
    if (found !== name) throw new Error(`the engine said ${text} instead of ${name}`);
    return [event[name], buffers.map((buffer) => new Float32Array(buffer))];
  }
  async pass(job) {
    const methods = job === 'gradient' ? [{ id: 'gradient' }] : [];
    this.job += 1;
    const request = { job: this.job, height: side, width: side, target: 'predicted', methods };
    this.send({ Explain: request }, this.picture.slice(0));
    const [answered, [logits]] = await this.event('Answered');
    let check = Math.max(...logits), seconds = answered.seconds;
    if (job === 'gradient') {
      const [mapped, [values]] = await this.event('Mapped');
      check = norm(values);
      seconds += mapped.map.provenance.seconds;
    }
    await this.event('Finished');
    return [check, seconds];
  }
}

// onnxruntime-web; its worker times each run itself.
class OnnxRuntime {
  static async open() {
    const own = new OnnxRuntime();
    own.line = new Line(`ort-worker.mjs?network=${options.get('network')}&side=${side}`);
    await own.line.next();
    return own;
  }
  async pass() {
    this.line.worker.postMessage('run');
    return this.line.next();
  }
}

async function open(name, kind) {
  const start = performance.now();
  const contender = await kind.open();
  await say('opened', `${name} ${(performance.now() - start) / 1000}`);
  return contender;
}

async function turn([job, name, contender]) {
  await say('begin', `${job} ${name}`);
  const seconds = [];
  let check;
  for (let pass = 0; pass < passes; pass++) {
    const result = await contender.pass(job);
    check = result[0];
    seconds.push(result[1]);
  }
  await say('end', [check, ...seconds].join(' '));
}

// What takes part, in this order: name, class, jobs.
const CONTENDERS = [
  ['tessera', Tessera, ['forward', 'gradient']],
  ['onnxruntime-web', OnnxRuntime, ['forward']],
];

async function main() {
  const wanted = options.get('contenders').split(',');
  const turns = [];
  for (const [name, kind, jobs] of CONTENDERS.filter(([name]) => wanted.includes(name))) {
    const contender = await open(name, kind);
    turns.push(...jobs.map((job) => [job, name, contender]));
  }
  for (const [job, , contender] of turns) for (let pass = 0; pass < warm; pass++) await contender.pass(job);
  for (let round = 0; round < rounds; round++) {
    // Who begins changes from round to round, so that nobody always comes after the same one.
    for (let place = 0; place < turns.length; place++) await turn(turns[(place + round) % turns.length]);
  }
  await say('done');
}

main().catch((error) => say('failed', String(error.stack ?? error)));
