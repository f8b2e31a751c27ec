import {resolve} from 'node:path'

import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import type {ImageManifest} from '../image/manifest.js'
import {makeImages} from '../workflow/make-images.js'
import {sourceDateEpoch} from '../workflow/source-date-epoch.js'

export default class Image extends BaseCommand {
  static override summary = 'Make the SD-card image of each deployment'
  static override description = 'Checks, generates, makes or reuses the base, composes build/images/<deployment>/sdcard.img and its manifest. Needs no root rights.'
  static override strict = false
  static override args = {deployment: Args.string({description: 'Names of deployments (default: all)'})}
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> lisbon porto --release release/',
    '<%= config.bin %> <%= command.id %> --base debian --root ram',
  ]

  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    base: Flags.option({summary: 'Base, whatever the file says', options: ['debian', 'buildroot'] as const})(),
    root: Flags.option({summary: 'Root format, whatever the file says', options: ['ext4', 'ram'] as const})(),
    engine: Flags.option({summary: "What runs Buildroot's container", options: ['auto', 'docker', 'podman', 'none'] as const})(),
    buildroot: Flags.directory({summary: 'A checkout of Buildroot in place of the pinned release', helpValue: '<folder>', exists: true}),
    'dl-dir': Flags.string({summary: 'Folder of downloaded sources', helpValue: '<folder>'}),
    'ccache-dir': Flags.string({summary: 'Folder of compiled objects', helpValue: '<folder>'}),
    jobs: Flags.integer({summary: 'Programs of the build at once', min: 1}),
    release: Flags.string({summary: 'Also write .img.xz, .bmap and SHA256SUMS into this folder', helpValue: '<folder>'}),
  }

  async run(): Promise<{images: (ImageManifest & {path: string})[], released: string[], warnings: string[]}> {
    const {argv, flags} = await this.parse(Image)
    const epochOverride = sourceDateEpoch(process.env['SOURCE_DATE_EPOCH'])
    const {images, released, warnings} = await makeImages({
      folder: flags.project,
      names: argv.map(String),
      ...flags.base && {base: flags.base},
      ...flags.root && {root: flags.root},
      buildroot: {
        ...flags.engine !== undefined && {engine: flags.engine},
        ...flags.buildroot !== undefined && {path: resolve(flags.buildroot)},
        ...flags['dl-dir'] !== undefined && {downloads: resolve(flags['dl-dir'])},
        ...flags['ccache-dir'] !== undefined && {ccache: resolve(flags['ccache-dir'])},
        ...flags.jobs !== undefined && {jobs: flags.jobs},
      },
      ...flags.release !== undefined && {releaseFolder: flags.release},
      ...epochOverride !== undefined && {epochOverride},
      reporting: this.reporting,
    })
    for (const warning of warnings) this.logToStderr(`warning: ${warning}`)
    for (const {target} of images) this.log(target)
    for (const file of released) this.log(file)
    return {images: images.map(({target, manifest}) => ({path: target, ...manifest})), released, warnings}
  }
}
