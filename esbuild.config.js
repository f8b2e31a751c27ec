import {readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {build} from 'esbuild'

// Nine hundred small files take Node longer to find and link than all that brmc does when nothing changed: so one file for each command, and what they share in chunks.
const OUT = 'dist'
const COMMANDS = 'src/commands'

// What is CommonJS among the packages asks for these.
const COMMONJS = `import {createRequire as commonJsRequire} from 'node:module'
import {fileURLToPath as commonJsPath} from 'node:url'
const require = commonJsRequire(import.meta.url), __filename = commonJsPath(import.meta.url), __dirname = commonJsPath(new URL('.', import.meta.url))`

const commands = (await readdir(COMMANDS, {recursive: true})).filter(name => name.endsWith('.ts')).map(name => join(COMMANDS, name))

await rm(OUT, {recursive: true, force: true})
const {metafile} = await build({
  // The worker is a file that a thread starts with.
  entryPoints: ['src/workflow/run-command-line.ts', 'src/workflow/fleet/sites-worker.ts', ...commands],
  outdir: OUT,
  outbase: 'src',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // oclif would compile a plugin's TypeScript with it, if it were there.
  external: ['typescript'],
  banner: {js: COMMONJS},
  legalComments: 'none',
  // A third less to read at each start. Names stay: a stack trace is for whoever mends brmc.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  metafile: true,
})

// The licences of what went in go along.
const packages = [...new Set(Object.keys(metafile.inputs).map(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]).filter(Boolean))].sort()
const notices = await Promise.all(packages.map(async folder => {
  const {name, version, license} = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find(entry => /^licen[cs]e/i.test(entry))
  return `${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), 'utf8') : ''}`
}))
await writeFile(join(OUT, 'LICENCES'), notices.join(`\n${'-'.repeat(80)}\n\n`))
