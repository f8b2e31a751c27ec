import * as z from 'zod'

import type {StepName} from './steps.js'

/** A package that a build will make. */
export interface PlannedPackage {
  name: string
  /** The steps with which it ends; all must have begun before it can be finished. */
  installs: readonly StepName[]
  /** Packages that are installed before it is configured. */
  dependencies: readonly string[]
}

/** Only what is needed of `make show-info` (support/misc/… pkg-generic.mk, json-info). */
const ShowInfo = z.record(z.string(), z.looseObject({
  type: z.enum(['target', 'host', 'rootfs']).catch('target'),
  install_target: z.boolean().default(false),
  install_staging: z.boolean().default(false),
  install_images: z.boolean().default(false),
  dependencies: z.array(z.string()).default([]),
}))

/** The packages of `make show-info`'s JSON, sorted by name; images of file systems are none. Throws ZodError. */
export function planOf(showInfo: unknown): PlannedPackage[] {
  return Object.entries(ShowInfo.parse(showInfo)).filter(([, {type}]) => type !== 'rootfs').map(([name, info]): PlannedPackage => ({
    name,
    installs: info.type === 'host' ? ['install-host'] : [
      ...info.install_staging ? ['install-staging'] as const : [],
      ...info.install_images ? ['install-image'] as const : [],
      ...info.install_target ? ['install-target'] as const : [],
    ],
    dependencies: info.dependencies,
  })).sort((a, b) => a.name < b.name ? -1 : Number(a.name > b.name))
}
