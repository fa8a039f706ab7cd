// node verify-log.mjs DIR VERIFIER-KEY: Sigstore's verifier over a log of ours, in the form of
// tlog-tiles: the checkpoint's signature, and of every entry (of a large log, of some) the proof of
// inclusion that is made here from the tiles. Nothing of it is our own code but the reading of files.
//
// Then the same with one thing changed at a time, which must be refused, or the verifier would be
// asleep. Exit 0 where all is as it must be, 1 where not, 77 (skipped) where it is not installed.
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(here, 'node_modules', '@sigstore', 'verify'))) {
  console.log(`skipped: run \`npm ci --ignore-scripts\` in ${here}`);
  process.exit(77);
}
const require = createRequire(import.meta.url);
const { verifyTLogTimestamp } = require('@sigstore/verify/dist/timestamp/index.js');

const WIDTH = 256;
const HASH = 32;
const MOST = 1500;  // entries that are proved

const [directory, verifierKey] = process.argv.slice(2);
const read = (path) => readFileSync(join(directory, path));
const hash = (...parts) => {
  const sum = createHash('sha256');
  parts.forEach((part) => sum.update(part));
  return sum.digest();
};

// ---- The files of tlog-tiles ------------------------------------------------------------------

function numbered(n) {
  let text = String(n % 1000).padStart(3, '0');
  for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) {
    text = `x${String(n % 1000).padStart(3, '0')}/${text}`;
  }
  return text;
}

function part(kind, index, rows) {
  const width = Math.min(WIDTH, rows - index * WIDTH);
  return `tile/${kind}/${numbered(index)}${width < WIDTH ? `.p/${width}` : ''}`;
}

const cache = new Map();
function file(path) {
  if (cache.size > 64) cache.clear();
  if (!cache.has(path)) cache.set(path, read(path));
  return cache.get(path);
}

function entry(index, size) {
  const bundle = file(part('entries', Math.floor(index / WIDTH), size));
  let at = 0;
  for (let row = 0; ; row += 1) {
    const length = bundle.readUInt16BE(at);
    if (row === index % WIDTH) return bundle.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
}

// The hash of a full subtree, from the tiles.
function node(level, index, size) {
  const tileLevel = Math.floor(level / 8);
  const rows = Math.floor(size / WIDTH ** tileLevel);
  const span = 2 ** (level % 8);
  const first = index * span;
  const tile = file(part(String(tileLevel), Math.floor(first / WIDTH), rows));
  let hashes = Array.from({ length: span }, (_, i) => {
    const at = ((first % WIDTH) + i) * HASH;
    return tile.subarray(at, at + HASH);
  });
  while (hashes.length > 1) {
    hashes = Array.from({ length: hashes.length / 2 }, (_, i) =>
      hash(Buffer.from([1]), hashes[2 * i], hashes[2 * i + 1]));
  }
  return hashes[0];
}

// RFC 6962 2.1 over [first, first + count), by subtrees.
const largestPowerBelow = (n) => 2 ** Math.floor(Math.log2(n - 1));
const isPower = (n) => Number.isInteger(Math.log2(n));

function root(first, count, size) {
  if (isPower(count) && first % count === 0) return node(Math.log2(count), first / count, size);
  const k = largestPowerBelow(count);
  return hash(Buffer.from([1]), root(first, k, size), root(first + k, count - k, size));
}

function path(index, first, count, size) {
  if (count === 1) return [];
  const k = largestPowerBelow(count);
  return index < first + k
    ? [...path(index, first, k, size), root(first + k, count - k, size)]
    : [...path(index, first + k, count - k, size), root(first, k, size)];
}

// ---- What Sigstore's verifier is asked --------------------------------------------------------

const note = read('checkpoint').toString('utf8');
const [origin, sizeText, rootText] = note.split('\n');
const size = Number(sizeText);
const [name, id, encoded] = [
  verifierKey.slice(0, verifierKey.indexOf('+')),
  verifierKey.split('+')[1],
  verifierKey.slice(verifierKey.indexOf('+', verifierKey.indexOf('+') + 1) + 1),
];
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const publicKey = createPublicKey({
  key: Buffer.concat([ED25519_PREFIX, Buffer.from(encoded, 'base64').subarray(1)]),
  format: 'der',
  type: 'spki',
});
const log = (key = publicKey, logID = id) => [{
  baseURL: origin,
  logID: Buffer.concat([Buffer.from(logID, 'hex'), Buffer.alloc(28)]),
  publicKey: key,
  validFor: { start: new Date(0), end: new Date(8.64e15) },
}];

const question = (index) => ({
  logIndex: String(index),
  logId: { keyId: Buffer.from(id, 'hex') },
  integratedTime: '1700000000',
  inclusionPromise: undefined,
  inclusionProof: {
    logIndex: String(index),
    treeSize: String(size),
    rootHash: Buffer.from(rootText, 'base64'),
    hashes: path(index, 0, size, size),
    checkpoint: { envelope: note },
  },
  canonicalizedBody: entry(index, size),
});

let failed = 0;
function expect(what, accepted, asked, logs = log()) {
  let error = null;
  try {
    verifyTLogTimestamp(asked, logs);
  } catch (caught) {
    error = caught;
  }
  // A refusal, and no stumble of ours.
  const right = accepted ? error === null : error?.name === 'VerificationError' ||
    error?.code === 'TLOG_INCLUSION_PROOF_ERROR';
  if (right) return;
  failed += 1;
  console.log(`NOT OK ${what}: ${error === null ? 'accepted' : error.stack}`);
}

if (origin !== name) {
  console.log(`NOT OK the checkpoint is of \`${origin}\`, the key of \`${name}\``);
  process.exit(1);
}

const step = Math.max(1, Math.ceil(size / MOST));
let proved = 0;
for (let index = 0; index < size; index += step) {
  expect(`entry ${index}`, true, question(index));
  proved += 1;
}
expect('the last entry', true, question(size - 1));

const middle = Math.floor(size / 2);
const changed = (change) => {
  const asked = question(middle);
  change(asked);
  return asked;
};
const flipped = (bytes, at = 0) => {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1;
  return copy;
};
const refusals = {
  'a changed entry': changed((a) => { a.canonicalizedBody = flipped(a.canonicalizedBody, 3); }),
  'a changed root in the proof': changed((a) => {
    a.inclusionProof.rootHash = flipped(a.inclusionProof.rootHash);
  }),
  'a changed root in the checkpoint': changed((a) => {
    const other = flipped(Buffer.from(rootText, 'base64'));
    a.inclusionProof.rootHash = other;
    a.inclusionProof.checkpoint.envelope = note.replace(rootText, other.toString('base64'));
  }),
  'a changed signature': changed((a) => {
    const [, signature] = note.match(/\n\u2014 \S+ (\S+)\n/u);
    const other = flipped(Buffer.from(signature, 'base64'), 40).toString('base64');
    a.inclusionProof.checkpoint.envelope = note.replace(signature, other);
  }),
  'a changed size': changed((a) => {
    a.inclusionProof.checkpoint.envelope = note.replace(`\n${size}\n`, `\n${size + 1}\n`);
  }),
};
if (size > 1) {
  refusals['another index'] = changed((a) => {
    a.inclusionProof.logIndex = String(middle === 0 ? 1 : middle - 1);
  });
  refusals['a changed hash of the proof'] = changed((a) => {
    a.inclusionProof.hashes[0] = flipped(a.inclusionProof.hashes[0]);
  });
  refusals['a hash less'] = changed((a) => { a.inclusionProof.hashes.pop(); });
}
for (const [what, asked] of Object.entries(refusals)) expect(what, false, asked);
expect('another key', false, question(middle), log(generateKeyPairSync('ed25519').publicKey));
expect('another key id', false, question(middle), log(publicKey, '00000000'));

console.log(`${proved} of ${size} entries proved, ${Object.keys(refusals).length + 2} changes `
  + `tried, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
