#!/usr/bin/env node
import module from 'node:module'
import {fileURLToPath} from 'node:url'

// From Node 22 on what was compiled once is kept, and a command starts in less time; so it has to be on before anything of brmc is loaded.
module.enableCompileCache?.()
const {runCommandLine} = await import('../dist/workflow/run-command-line.js')

await runCommandLine(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)))
