// Build the bundles of all sites into dist/lyceum: Sass to CSS, TypeScript to JavaScript, fonts.
//
// Every `src/NAME.ts` and `src/NAME/index.ts` becomes the bundle NAME.js (`src/lib` holds what they
// share), every `styles/NAME.scss` that does not begin with `_` the bundle NAME.css. File names carry
// the hash of their contents, so browsers may keep them for ever; dist/lyceum/manifest.json says which
// name belongs to which file, and `common.core.assets` reads it.
import { createHash } from "node:crypto";
import { existsSync, watch } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import esbuild from "esbuild";
import * as sass from "sass";

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const OUT = path.join(ROOT, "dist", "lyceum");

// Family, weights and styles that the pages use. Every other subset of a package is left behind.
const FONTS = [
  { pkg: "@fontsource/source-serif-4", faces: ["400", "400-italic", "600", "700"] },
  { pkg: "@fontsource/inter", faces: ["400", "500", "600"] },
  { pkg: "@fontsource/jetbrains-mono", faces: ["400"] },
];
const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"];

const hashOf = (data) => createHash("sha256").update(data).digest("base64url").replace(/[-_]/g, "x").slice(0, 10);

async function collectFonts(out) {
  const rules = [];
  const names = {};
  for (const { pkg, faces } of FONTS) {
    const home = path.join(ROOT, "node_modules", pkg);
    for (const face of faces) {
      const css = await readFile(path.join(home, `${face}.css`), "utf8");
      for (const rule of css.match(/@font-face\s*{[^}]*}/g) ?? []) {
        const file = /url\(\.\/files\/([^)]+\.woff2)\)/.exec(rule)?.[1];
        const subset = SUBSETS.find((name) => file?.includes(`-${name}-${face.slice(0, 3)}`));
        if (!file || !subset) continue;
        const data = await readFile(path.join(home, "files", file));
        const target = `${file.replace(/\.woff2$/, "")}-${hashOf(data)}.woff2`;
        await writeFile(path.join(out, target), data);
        names[file] = target;
        rules.push(rule.replace(/src:[^;]+;/, `src: url(${target}) format("woff2");`));
      }
    }
  }
  return { css: rules.join("\n"), names };
}

/** KaTeX's styles with its fonts beside them, in the one format that every browser reads. */
async function collectMath(out) {
  const home = path.join(ROOT, "node_modules", "katex", "dist");
  const css = await readFile(path.join(home, "katex-swap.min.css"), "utf8");
  const names = {};
  const rules = [];
  let rest = css;
  for (const rule of css.match(/@font-face\s*{[^}]*}/g) ?? []) {
    const file = /url\(fonts\/([^)]+\.woff2)\)/.exec(rule)?.[1];
    const data = await readFile(path.join(home, "fonts", file));
    names[file] = `${file.replace(/\.woff2$/, "")}-${hashOf(data)}.woff2`;
    await writeFile(path.join(out, names[file]), data);
    rules.push(rule.replace(/src:[^;}]+/, `src:url(${names[file]}) format("woff2")`));
    rest = rest.replace(rule, "");
  }
  return { css: rules.join("") + rest, names };
}

async function compileStyles(out, before) {
  const names = {};
  for (const file of await readdir(path.join(ROOT, "styles"))) {
    if (!file.endsWith(".scss") || file.startsWith("_")) continue;
    const { css } = await sass.compileAsync(path.join(ROOT, "styles", file), {
      style: "compressed",
      loadPaths: [path.join(ROOT, "node_modules")],
      // Bootstrap 5.3 is written for the older module system.
      quietDeps: true,
      silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
    });
    const name = file.replace(/\.scss$/, "");
    const source = `${before[name]?.css ?? ""}\n${css}`;
    const { code } = await esbuild.transform(source, { loader: "css", minify: true });
    const target = `${name}-${hashOf(code)}.css`;
    await writeFile(path.join(out, target), code);
    names[`${name}.css`] = target;
  }
  return names;
}

async function findEntries() {
  const entries = {};
  for (const item of await readdir(path.join(ROOT, "src"), { withFileTypes: true })) {
    if (item.isFile() && item.name.endsWith(".ts") && !item.name.endsWith(".d.ts")) {
      entries[item.name.replace(/\.ts$/, "")] = path.join(ROOT, "src", item.name);
    } else if (item.isDirectory()) {
      const index = path.join(ROOT, "src", item.name, "index.ts");
      if (existsSync(index)) entries[item.name] = index;
    }
  }
  return entries;
}

async function bundleScripts(out) {
  const result = await esbuild.build({
    entryPoints: await findEntries(),
    outdir: out,
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2021"],
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const names = {};
  for (const file of Object.keys(result.metafile.outputs)) {
    const target = path.basename(file);
    names[target.replace(/-[A-Z0-9]{8}(\.js)$/, "$1")] = target;
  }
  return names;
}

async function compress(folder) {
  for (const file of await readdir(folder)) {
    if (!/\.(css|js|svg|json)$/.test(file)) continue;
    const data = await readFile(path.join(folder, file));
    await writeFile(path.join(folder, `${file}.gz`), await promisify(gzip)(data, { level: 9 }));
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    await writeFile(path.join(folder, `${file}.br`), await promisify(brotliCompress)(data, options));
  }
}

async function build() {
  const started = performance.now();
  // Built aside and renamed, so that a running site never sees half a build.
  const out = `${OUT}.new`;
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const before = { lyceum: await collectFonts(out), math: await collectMath(out) };
  const [styles, scripts] = await Promise.all([compileStyles(out, before), bundleScripts(out)]);
  if (existsSync(path.join(ROOT, "icons"))) {
    for (const file of await readdir(path.join(ROOT, "icons"))) {
      await copyFile(path.join(ROOT, "icons", file), path.join(out, file));
    }
  }
  const manifest = { ...before.lyceum.names, ...before.math.names, ...styles, ...scripts };
  await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
  await compress(out);
  await rm(OUT, { recursive: true, force: true });
  await rename(out, OUT);
  console.log(`built ${Object.keys(manifest).length} files in ${Math.round(performance.now() - started)} ms`);
}

await build();
if (process.argv.includes("--watch")) {
  let timer;
  for (const folder of ["src", "styles"]) {
    watch(path.join(ROOT, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => build().catch((error) => console.error(error.message)), 100);
    });
  }
}
