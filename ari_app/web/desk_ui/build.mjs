// Builds the pages into ../static: `node build.mjs`.
//
// Decides the names of what is served: scripts, styles and pictures carry a hash of their content
// and are never changed; a page is a file of its own that names them. `built.json` says from which
// sources it was made (the stamp) and what each page loads. Knows nothing of what the pages show.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, "..", "static");
const WORK = `${OUT}.building`;

// The page's name, as in its address, and the folder of its source.
const PAGES = {
  sign_in: "sign_in",
  desk: "agent",
  board: "board",
  calls: "calls",
  reports: "reports",
  audit: "audit",
  studio: "studio",
  prompts: "prompts",
  settings: "settings",
};

// What a page is made from. ari_app/web/bundle.py reckons the same stamp.
const SOURCES = ["build.mjs", "package-lock.json", "tsconfig.json", "src"];

function filesOf(path) {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((one) => {
    const below = join(path, one.name);
    return one.isDirectory() ? filesOf(below) : [below];
  });
}

function stamp() {
  const single = SOURCES.filter((name) => name !== "src").map((name) => join(HERE, name));
  const named = [...single, ...filesOf(join(HERE, "src"))]
    .map((path) => [relative(HERE, path).split(sep).join("/"), path])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash("sha256");
  for (const [name, path] of named) {
    const content = createHash("sha256").update(readFileSync(path)).digest("hex");
    hash.update(`${name} ${content}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

function html(name, script, styles, icon) {
  const links = styles.map((file) => `<link rel="stylesheet" href="/assets/${file}">`).join("\n");
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>12345</title>
<link rel="icon" href="/assets/${icon}" type="image/svg+xml">
${links}
<script type="module" src="/assets/${script}"></script>
</head>
<body data-page="${name}">
<div id="root"></div>
<noscript>此页面需要启用 JavaScript。This page needs JavaScript.</noscript>
</body>
</html>
`;
}

/** What a page loads: its script with all that it imports, its styles, and what it loads later. */
function loadedBy(entry, outputs) {
  const reached = (kinds) => {
    const found = new Set();
    const visit = (path) => {
      if (found.has(path)) return;
      found.add(path);
      for (const one of outputs[path].imports) if (kinds.includes(one.kind)) visit(one.path);
    };
    visit(entry);
    return [...found];
  };
  const scripts = reached(["import-statement"]);
  const later = reached(["import-statement", "dynamic-import"]).filter((one) => !scripts.includes(one));
  return { scripts, styles: [outputs[entry].cssBundle ?? []].flat(), later };
}

function writeIcon() {
  const content = readFileSync(join(HERE, "src", "shared", "icon.svg"));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  writeFileSync(join(WORK, "assets", `icon-${hash}.svg`), content);
  return `icon-${hash}.svg`;
}

function write(built, made) {
  const outputs = made.metafile.outputs;
  const nameOf = (path) => path.split("/").at(-1);
  const icon = writeIcon();
  const pages = {};
  for (const [path, output] of Object.entries(outputs)) {
    if (!output.entryPoint) continue;
    const page = Object.keys(PAGES).find((name) => nameOf(path).startsWith(`${name}-`));
    if (!page || !path.endsWith(".js")) continue;
    const { scripts, styles, later } = loadedBy(path, outputs);
    pages[page] = {
      scripts: scripts.map(nameOf), styles: styles.map(nameOf), later: later.map(nameOf),
    };
    const text = html(page, nameOf(path), styles.map(nameOf), icon);
    writeFileSync(join(WORK, `${page}.html`), text);
  }
  writeFileSync(join(WORK, "built.json"), `${JSON.stringify({ stamp: built, pages }, null, 1)}\n`);
}

function squeeze() {
  for (const name of readdirSync(join(WORK, "assets"))) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const path = join(WORK, "assets", name);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

const built = stamp();
rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
const made = await build({
  absWorkingDir: HERE,
  entryPoints: Object.fromEntries(
    Object.entries(PAGES).map(([name, folder]) => [name, `src/${folder}/page.tsx`]),
  ),
  outdir: join(WORK, "assets"),
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome108", "firefox110", "safari16"],
  minify: true,
  metafile: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file", ".worklet.js": "file", ".woff2": "file" },
  define: { BUILD_STAMP: JSON.stringify(built), "process.env.NODE_ENV": '"production"' },
  legalComments: "linked",
  logLevel: "warning",
});
write(built, made);
squeeze();
rmSync(OUT, { recursive: true, force: true });
renameSync(WORK, OUT);
console.log(`Pages: built ${Object.keys(PAGES).length} (${built})`);
