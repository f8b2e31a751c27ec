import * as z from 'zod'

import {isPattern} from '../../overlay/pattern.js'
import {encodeCapabilities} from './capabilities.js'

// Descriptions end up in the JSON Schema (brmc config schema --overlay-meta).

const MAX_DEVICE = {major: 4095, minor: 1_048_575}
const MAX_ID = 4_294_967_294
const MAX_TARGET = 4095

const Owner = z.union([z.int().min(0).max(MAX_ID), z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/, 'an owner is a number, or a name of the root\'s etc/passwd or etc/group')])
const Mode = z.string().regex(/^[0-7]{4}$/, 'a mode is four octal digits in quotes, as in "0755" or "4755"')

/** Why a text is no path of the root; undefined where it is one. A slash before or after is the writer's own. */
function rootPathProblem(text: string): string | undefined {
  if (/[\0-\x1f\x7f]/.test(text)) return 'a path has no control characters'
  const parts = text.replace(/^\/|\/$/g, '').split('/')
  if (parts.some(part => part === '' || part === '.')) return 'a path is names with a slash between, as in usr/bin/probe'
  if (parts.includes('..')) return 'a path does not go up with ..'
  if (parts.some(part => Buffer.byteLength(part) > 255)) return 'a name has at most 255 bytes'
  if (parts.some(part => part.includes('**') && part !== '**')) return '** stands for whole folders, with a slash on both sides'
  return undefined
}

const pathCheck = (value: string, context: z.core.$RefinementCtx<string>): void => {
  const message = rootPathProblem(value)
  if (message !== undefined) context.addIssue({code: 'custom', message})
}
const AnyPath = z.string().superRefine(pathCheck)
const OnePath = z.string().superRefine((value, context) => {
  pathCheck(value, context)
  if (isPattern(value)) context.addIssue({code: 'custom', message: 'one path; a pattern cannot stand here'})
})

const Device = z.string().superRefine((value, context) => {
  const [, major, minor] = /^[cb] (\d{1,7}) (\d{1,7})$/.exec(value) ?? []
  const fits = Number(major) <= MAX_DEVICE.major && Number(minor) <= MAX_DEVICE.minor
  if (!fits) context.addIssue({code: 'custom', message: 'a device is c or b, its major and its minor number, as in c 5 1'})
})

const Capabilities = z.string().superRefine((value, context) => {
  const encoded = encodeCapabilities(value)
  if (typeof encoded === 'string') context.addIssue({code: 'custom', message: encoded})
})

const XattrName = z.string().regex(/^(user|trusted|security)\.[\x21-\x7e]{1,200}$/, 'an attribute is called user.x, trusted.x or security.x')
const XattrValue = z.string().refine(value => !value.startsWith('0x') || /^0x([0-9a-f]{2})*$/i.test(value), 'after 0x come pairs of hex digits')

const Target = z.string().min(1).max(MAX_TARGET).regex(/^[^\0]*$/, 'a target has no zero byte')

const Declaration = z.strictObject({
  owner: Owner.optional().describe('User it belongs to: a number, or a name of the root\'s etc/passwd'),
  group: Owner.optional().describe('Group it belongs to: a number, or a name of the root\'s etc/group'),
  mode: Mode.optional().describe('Permissions, four octal digits in quotes: the first adds setuid (4), setgid (2), sticky (1). Of a pattern: of all but directories'),
  directoryMode: Mode.optional().describe('Permissions of the directories that a pattern means'),
  capabilities: Capabilities.optional().describe('File capabilities as setcap takes them: cap_net_raw,cap_net_admin+ep'),
  xattrs: z.record(XattrName, XattrValue).optional().describe('Extended attributes by name: text, or bytes as 0x and hex digits'),
  directory: z.literal(true).optional().describe('Make a directory, where none is'),
  fifo: z.literal(true).optional().describe('Make a fifo'),
  device: Device.optional().describe('Make a device node: c or b, major, minor, as in c 5 1'),
  symlink: Target.optional().describe('Make a symbolic link with this text'),
  hardLink: OnePath.optional().describe('Make one more name for the file at this path of the root'),
})

export const MAKERS = ['directory', 'fifo', 'device', 'symlink', 'hardLink'] as const

export const OverlayMetaSchema = z.strictObject({
  paths: z.record(AnyPath, Declaration).default({}).describe('By path of the root, or pattern (* ? and ** for folders): what holds for it. A path may be in the overlay or below it; a pattern means what the overlay brings'),
  remove: z.array(OnePath).default([]).describe('What the layers below have there goes, with all below it'),
  empty: z.array(OnePath).default([]).describe('Directories of which only what this overlay brings is left'),
  replaces: z.array(AnyPath).default([]).describe('Paths or patterns of what this overlay brings in place of something that a layer below has: it is meant, and brmc check says nothing of it'),
})

export type OverlayMeta = z.output<typeof OverlayMetaSchema>
