import {OUTPUT_LABEL} from './container-arguments.js'
import {ANY_STATUS, type Engine} from './engine.js'

const POLITE_SECONDS = 10

/** Stops and removes containers that write what `label` names: a brmc that was killed may have left one. Returns how many there were. */
export async function removeLeftovers(engine: Engine, label: string, signal: AbortSignal): Promise<number> {
  const {stdout} = await engine.call(['ps', '--all', '--quiet', `--filter=label=${OUTPUT_LABEL}=${label}`], {signal})
  const found = stdout.split('\n').filter(id => id !== '')
  if (found.length === 0) return 0
  // They go by themselves when they end (--rm), so what is no more when it is named is well.
  await engine.call(['stop', '-t', String(POLITE_SECONDS), ...found], {accept: ANY_STATUS, signal})
  await engine.call(['rm', '--force', ...found], {accept: ANY_STATUS, signal})
  return found.length
}
