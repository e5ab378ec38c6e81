// Builds src/ into ../trainer/static/dist/: hashed names, a manifest, compressed copies.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../trainer/static/dist"));
const DAY = 86_400_000; // milliseconds
const browsers = ["chrome100", "edge100", "firefox100", "safari15.4"];

const hashed = (name, bytes) => {
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  return name.replace(/(\.\w+)$/, `.${digest}$1`);
};

// Every functional colour is declared in _settings.scss, so the fallbacks are dead weight;
// print keeps the fonts of the screen.
const trimmed = (css) =>
  css
    .replace(/var\((--govuk-[\w-]+-colour),\s*(?:#\w+|[a-z]+)\)/g, "var($1)")
    .replace(/@media print \{\s*[^{}@]+\{\s*font-family: var\(--font\);\s*\}\s*\}/g, "");

async function styles(entry) {
  const { css } = sass.compile(join(here, "src", entry), {
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
    style: "expanded",
  });
  const { code } = await esbuild.transform(trimmed(css), {
    loader: "css",
    minify: true,
    target: browsers,
  });
  return Buffer.from(code);
}

async function script(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    format: "esm",
    minify: true,
    legalComments: "none",
    target: browsers,
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

function compressed(bytes) {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  return {
    ".br": brotliCompressSync(bytes, { params: quality }),
    ".gz": gzipSync(bytes, { level: 9 }),
  };
}

// Files of earlier builds stay for a day: open pages and running servers still name them.
async function clear(kept) {
  for (const name of await readdir(target)) {
    const { mtimeMs } = await stat(join(target, name));
    if (!kept.has(name) && Date.now() - mtimeMs > DAY) await rm(join(target, name));
  }
}

async function build() {
  const [css, js] = await Promise.all([styles("app.scss"), script("app.js")]);
  const mark = await readFile(join(here, "src", "favicon.svg"));
  await mkdir(target, { recursive: true });
  const manifest = {};
  const kept = new Set(["manifest.json"]);
  for (const [name, bytes] of [["app.css", css], ["app.js", js], ["favicon.svg", mark]]) {
    const file = hashed(name, bytes);
    manifest[name] = file;
    await writeFile(join(target, file), bytes);
    kept.add(file);
    const copies = compressed(bytes);
    for (const [ending, copy] of Object.entries(copies)) {
      await writeFile(join(target, file + ending), copy);
      kept.add(file + ending);
    }
    console.log(`${file}  ${bytes.length} bytes, ${copies[".br"].length} as brotli`);
  }
  // Put in place in one step, so that nobody reads half a manifest.
  const written = join(target, "manifest.json.part");
  await writeFile(written, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(written, join(target, "manifest.json"));
  await clear(kept);
}

await build();
