import {resolve} from 'node:path'

import {Args, Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {BrmcError} from '../errors.js'
import type {ImageManifest} from '../image/manifest.js'
import {fleetTable, siteJson, siteLine} from '../workflow/fleet/fleet-report.js'
import {imagesFromPacks, type MadeFromPack} from '../workflow/fleet/images-from-packs.js'
import {makeFleet, type MadeFleet} from '../workflow/fleet/make-fleet.js'
import type {MadeSite} from '../workflow/fleet/make-sites.js'
import {parseShard} from '../workflow/fleet/shard.js'
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
    '<%= config.bin %> <%= command.id %> --inventory sites.csv',
    '<%= config.bin %> <%= command.id %> --inventory sites.csv --shard 0/4 --packs --json-lines',
    '<%= config.bin %> <%= command.id %> --from-pack build/packs/lisbon.brmcpack',
  ]

  static override flags = {
    project: Flags.directory({summary: 'Folder of the project', default: '.', helpValue: '<folder>', exists: true}),
    base: Flags.option({summary: 'Base, whatever the file says', options: ['debian', 'buildroot'] as const})(),
    root: Flags.option({summary: 'Root format, whatever the file says', options: ['ext4', 'ram'] as const})(),
    engine: Flags.option({summary: "What runs Buildroot's container", options: ['auto', 'docker', 'podman', 'none'] as const})(),
    buildroot: Flags.directory({summary: 'A checkout of Buildroot in place of the pinned release', helpValue: '<folder>', exists: true}),
    'dl-dir': Flags.string({summary: 'Folder of downloaded sources', helpValue: '<folder>'}),
    'ccache-dir': Flags.string({summary: 'Folder of compiled objects', helpValue: '<folder>'}),
    jobs: Flags.integer({summary: 'Programs of the build at once; sites of an inventory at once', min: 1, max: 1024}),
    release: Flags.string({summary: 'Also write .img.xz, .bmap and SHA256SUMS into this folder', helpValue: '<folder>'}),
    all: Flags.boolean({summary: 'All deployments, as without a name', exclusive: ['inventory', 'from-pack']}),
    inventory: Flags.string({summary: 'Make each site of this CSV or JSON file (-: standard input), docs/fleets.md', helpValue: '<file>', exclusive: ['release', 'from-pack']}),
    shard: Flags.string({summary: 'Of the inventory only this part: 0/4 is the first of four', helpValue: '<i/n>', dependsOn: ['inventory']}),
    packs: Flags.boolean({summary: 'Of each site what differs from its deployment, in place of an image', dependsOn: ['inventory']}),
    'json-lines': Flags.boolean({summary: 'A line of JSON for each site as soon as it is made', exclusive: ['json']}),
    'from-pack': Flags.string({summary: 'Make the image of this pack; may be given more than once', helpValue: '<file>', multiple: true, multipleNonGreedy: true, exclusive: ['release']}),
    stem: Flags.file({summary: 'Image that the packs were made from (default: that of their deployment)', helpValue: '<image>', exists: true, dependsOn: ['from-pack']}),
    output: Flags.string({char: 'o', summary: 'Folder of the images or packs (default: build/images, build/packs)', helpValue: '<folder>'}),
  }

  async run(): Promise<MadeImages | MadeFleet | {images: MadeFromPack[]}> {
    const {argv, flags} = await this.parse(Image)
    const names = argv.map(String)
    if (names.length > 0 && (flags.all || flags.inventory !== undefined || flags['from-pack'])) {
      throw new BrmcError('USAGE', `${names.join(' ')} cannot stand beside --all, --inventory or --from-pack`, {suggestions: ['the deployment a site lies over is named in the column deployment of the inventory']})
    }

    if (flags.output !== undefined && flags.inventory === undefined && !flags['from-pack']) {
      throw new BrmcError('USAGE', '--output is for --inventory and --from-pack: images of deployments lie in build/images/', {suggestions: ['copy them with --release']})
    }

    const epochOverride = sourceDateEpoch(process.env['SOURCE_DATE_EPOCH'])
    const request = {
      folder: flags.project,
      ...flags.base && {base: flags.base},
      ...flags.root && {root: flags.root},
      buildroot: {
        ...flags.engine !== undefined && {engine: flags.engine},
        ...flags.buildroot !== undefined && {path: resolve(flags.buildroot)},
        ...flags['dl-dir'] !== undefined && {downloads: resolve(flags['dl-dir'])},
        ...flags['ccache-dir'] !== undefined && {ccache: resolve(flags['ccache-dir'])},
        ...flags.jobs !== undefined && {jobs: flags.jobs},
      },
      ...epochOverride !== undefined && {epochOverride},
      reporting: this.reporting,
    }
    const output = flags.output === undefined ? {} : {output: flags.output}
    const asLine = (site: MadeSite): void => { this.log(flags['json-lines'] ? siteJson(site) : siteLine(site)) }
    if (flags['from-pack']) {
      const images = await imagesFromPacks({folder: flags.project, packs: flags['from-pack'], ...flags.stem !== undefined && {stem: flags.stem}, ...output, reporting: this.reporting})
      for (const {path} of images) this.log(path)
      return {images}
    }

    if (flags.inventory !== undefined) {
      const form = flags.packs ? 'packs' : 'images'
      const fleet = await makeFleet({
        ...request, ...output, inventory: flags.inventory, form,
        ...flags.shard !== undefined && {shard: parseShard(flags.shard)},
        ...flags.jobs !== undefined && {jobs: flags.jobs},
        onSites: sites => { for (const site of sites) asLine(site) },
      })
      for (const warning of fleet.warnings) this.logToStderr(`warning: ${warning}`)
      this.log(flags['json-lines'] ? JSON.stringify({summary: fleet}) : fleetTable(fleet, form))
      return fleet
    }

    const {images, released, warnings} = await makeImages({...request, names, ...flags.release !== undefined && {releaseFolder: flags.release}})
    for (const warning of warnings) this.logToStderr(`warning: ${warning}`)
    for (const {target} of images) this.log(target)
    for (const file of released) this.log(file)
    return {images: images.map(({target, manifest}) => ({path: target, ...manifest})), released, warnings}
  }
}

interface MadeImages {
  images: (ImageManifest & {path: string})[]
  released: string[]
  warnings: string[]
}
