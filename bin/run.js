#!/usr/bin/env node
import {fileURLToPath} from 'node:url'

import {runCommandLine} from '../dist/workflow/run-command-line.js'

await runCommandLine(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)))
