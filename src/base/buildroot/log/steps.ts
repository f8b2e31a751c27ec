/** Steps of a package as Buildroot's build-time.log names them (package/pkg-generic.mk, step_start), with the message each begins with and its stamps. */
const STEPS = [
  {name: 'download', message: 'Downloading', stamps: ['downloaded', 'actual_downloaded']},
  {name: 'extract', message: 'Extracting', stamps: ['extracted']},
  {name: 'rsync', message: 'Syncing from source dir', stamps: ['rsynced']},
  {name: 'patch', message: 'Patching', stamps: ['patched']},
  {name: 'configure', message: 'Configuring', stamps: ['configured', 'dotconfig', 'kconfig_fixup_done']},
  {name: 'build', message: 'Building', stamps: ['built']},
  {name: 'install-host', message: 'Installing to host directory', stamps: ['host_installed']},
  {name: 'install-staging', message: 'Installing to staging directory', stamps: ['staging_installed']},
  {name: 'install-image', message: 'Installing to images directory', stamps: ['images_installed']},
  {name: 'install-target', message: 'Installing to target', stamps: ['target_installed', 'installed']},
] as const

export type StepName = typeof STEPS[number]['name']

/** One of Buildroot's `>>> package version text` messages (support/misc/utils.mk); package is empty for what concerns the whole, as `Finalizing target directory`. */
export interface Message {
  package: string
  version: string
  text: string
  step: StepName | undefined
}

/** undefined for a line that is no message. A package's name and version have no blanks; a virtual package has no version. */
export function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('>>> ')) return undefined
  const [, name = '', version = '', text = ''] = /^>>> (\S*) (\S*) (.+)$/.exec(line) ?? []
  if (text === '') return undefined
  // `Patching libtool` is part of configuring, `Building kernel module(s)` of building.
  const step = STEPS.find(({message}) => text === message || (message.endsWith(' dir') && text.startsWith(`${message} `)))
  return {package: name, version, text, step: step?.name}
}

/** `built` of `.stamp_built` → the step that did not get that far. */
export const stepOfStamp = (stamp: string): StepName | undefined => STEPS.find(({stamps}) => (stamps as readonly string[]).includes(stamp))?.name

/** A step in Buildroot's own word: `Building`. */
export function wordOf(step: StepName): string {
  return STEPS.find(({name}) => name === step)?.message ?? step
}

export const isStepName = (name: string): name is StepName => STEPS.some(step => step.name === name)
