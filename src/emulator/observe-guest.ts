import type {GuestConsole} from './console.js'
import {GUEST_QUESTIONS, type GuestQuestion, type GuestState} from './guest-state.js'

/** Asks the guest over its console for the tables of its kernel and the state of its programs. */
export async function observeGuest(console: GuestConsole): Promise<GuestState> {
  const state: Partial<Record<GuestQuestion, string>> = {}
  for (const [question, command] of Object.entries(GUEST_QUESTIONS) as [GuestQuestion, string][]) {
    const {output} = await console.command(command)
    state[question] = output
  }

  return state
}
