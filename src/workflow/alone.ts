import {tryLock, waitForLock, type Lock} from '../process/lock.js'
import {runSteps, type Reporting} from './reporting.js'

/** What writes into a project: br2-external/, the lock of packages, build/. */
export const PROJECT_LOCK = 'project'

/**
 * Does `work` while no other brmc does work of the same purpose in `folder`: two at once would write the same files. Who comes second is told so,
 * waits, and mostly finds made what it wanted.
 */
export async function alone<T>({folder, purpose}: {folder: string, purpose: string}, reporting: Reporting, work: () => Promise<T>): Promise<T> {
  const lock = await tryLock(folder, purpose) ?? await waitInTurn(folder, purpose, reporting)
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

async function waitInTurn(folder: string, purpose: string, reporting: Reporting): Promise<Lock> {
  const {lock} = await runSteps<{lock?: Lock}>([{
    title: `Wait for another brmc that is at work in ${folder}`,
    async run(context) {
      context.lock = await waitForLock(folder, purpose, reporting.signal)
    },
  }], {}, reporting)
  return lock ?? waitForLock(folder, purpose, reporting.signal)
}
