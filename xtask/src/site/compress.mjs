// Writes a `.br` and a `.gz` beside each file that is sent often and gets smaller: node compress.mjs <folder>

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);

for (const name of readdirSync(folder, { recursive: true })) {
  // Pictures and fonts are compressed already.
  if (/\.(js|wasm|css|svg)$/.test(name)) {
    const file = join(folder, name);
    const content = readFileSync(file);
    const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    writeFileSync(`${file}.br`, brotli);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}
