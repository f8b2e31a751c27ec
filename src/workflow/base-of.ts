import type {Spec} from '../spec/schema.js'
import type {BaseRequest, MadeBase} from './base-request.js'
import {buildrootBase} from './buildroot-base.js'
import {debianBase} from './debian-base.js'
import type {Show} from './reporting.js'

const PROVIDERS: Readonly<Record<Spec['base'], (request: BaseRequest, show: Show) => Promise<MadeBase>>> = {debian: debianBase, buildroot: buildrootBase}

/** The base bundle that a deployment asks for, from whichever provider. */
export async function baseOf(request: BaseRequest, show: Show): Promise<MadeBase> {
  return PROVIDERS[request.deployment.base](request, show)
}
