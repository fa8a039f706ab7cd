// node verify-sample-logs.mjs WRITE-SAMPLE-LOG: verify-log.mjs over logs of sizes where trees differ.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const verifier = join(dirname(fileURLToPath(import.meta.url)), 'verify-log.mjs');
for (const size of [1, 2, 3, 7, 8, 255, 256, 257, 600, 66000]) {
  const directory = mkdtempSync(join(tmpdir(), 'sluss-log-'));
  try {
    const key = execFileSync(process.argv[2], [directory, String(size)]).toString().trim();
    const done = spawnSync(process.execPath, [verifier, directory, key], { stdio: 'inherit' });
    if (done.status !== 0) process.exit(done.status ?? 1);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
