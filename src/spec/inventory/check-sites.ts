import {lacksOfBase, needsOfBase, type BaseNeeds} from '../base-needs.js'
import {checkDeployment, readDeployment} from '../check-deployment.js'
import {DEPLOYMENT_NAME} from '../check-project.js'
import type {Deployment} from '../deployment.js'
import type {SecretUse} from '../fill-secrets.js'
import {sortFindings, type Finding, type SpecPath} from '../finding.js'
import {ProjectLayers} from '../layers.js'
import {mergeDocuments} from '../merge.js'
import {parseDocument, type ParsedDocument} from '../parse-document.js'
import {projectKeyFindings} from '../project-keys.js'
import type {ProjectText} from '../project-text.js'
import {resolveDeployment} from '../resolve.js'
import type {Spec} from '../schema.js'
import {hint} from '../suggest.js'
import {DEFAULT_OVER, type Site} from './inventory.js'

export interface CheckedSite {
  site: Site
  /** What its row says. */
  document: ParsedDocument
  deployment: Deployment
  spec: Spec
  /** Where its values are secrets. */
  secrets: readonly SecretUse[]
}

export interface SitesChecker {
  /** Of the whole inventory: names that stand twice, deployments that are not there. */
  findings: Finding[]
  /** One site held against all rules, whenever it is wanted: ten thousand need not be in memory at once. */
  check: (site: Site) => {checked?: CheckedSite, findings: Finding[]}
  /** The same of a site that was checked before: undefined where nothing can be made of it. */
  read: (site: Site) => CheckedSite | undefined
}

/** What a deployment can say that makes another base of it. */
const BASE_KEYS = ['board', 'base', 'root', 'debian', 'buildroot', 'kernel'] as const

/** Holds the rows of an inventory against the deployments they lie over: `deployments` are those that the project has, checked. */
export function sitesChecker(sites: readonly Site[], project: ProjectText, deployments: readonly Deployment[]): SitesChecker {
  const layers = new ProjectLayers(project)
  const documents = new Map(project.deployments.map(({file, text}) => {
    const name = file.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
    return [name, parseDocument(text, file)] as const
  }))
  const stackOf = (over: ParsedDocument | undefined, document: ParsedDocument) => layers.under([...over ? [over] : [], document])
  const known = new Map(deployments.map(deployment => [deployment.name, deployment]))
  const baseHas = new Map(deployments.map(deployment => [deployment.name, needsOfBase(deployment, deployments)]))
  return {
    findings: sortFindings(nameFindings(sites, [...known.keys()])),
    check(site) {
      const under = known.get(site.over)
      const over = documents.get(site.over)
      // Who lies over nothing was told of.
      const has = baseHas.get(site.over)
      if (!under || !has || !over && site.over !== DEFAULT_OVER) return {findings: []}
      const document = site.document()
      const stack = stackOf(over, document)
      const {spec, secrets, findings} = checkDeployment(site.name, mergeDocuments(stack.documents), project)
      const all = [...projectKeyFindings(document), ...stack.findings, ...findings]
      if (!spec) return {findings: all}
      const deployment = resolveDeployment(spec, site.name)
      const checked = {site, document, deployment, spec, secrets}
      return {checked, findings: [...all, ...baseFindings(checked, under, has)]}
    },
    read(site) {
      const document = site.document()
      const {spec, secrets} = readDeployment(mergeDocuments(stackOf(documents.get(site.over), document).documents), project)
      return spec && {site, document, deployment: resolveDeployment(spec, site.name), spec, secrets}
    },
  }
}

function nameFindings(sites: readonly Site[], known: readonly string[]): Finding[] {
  const seen = new Map<string, Site>()
  return sites.flatMap(site => {
    const {name, over} = site
    const finding = (key: 'site' | 'deployment', rule: string, message: string, fix: string): Finding =>
      ({rule, severity: 'error', ...site.document().placeOf(key === 'site' ? [] : [key]), path: [], message, fix})
    const before = seen.get(name)
    if (!before) seen.set(name, site)
    if (name === '') return [finding('site', 'N180', 'this row has no name', 'give it one in the column site')]
    if (!DEPLOYMENT_NAME.test(name)) return [finding('site', 'N180', `${JSON.stringify(name)} cannot be the name of a site`, 'use 1 to 63 of a-z 0-9 and inner hyphens')]
    if (known.includes(name) || name === 'router') return [finding('site', 'N181', `${name} is the name of a deployment`, 'call the site otherwise: both would make the same image')]
    if (before) return [finding('site', 'N181', `the site ${name} stands in line ${before.document().placeOf([]).line} already`, 'give each row a name of its own')]
    return known.includes(over) ? [] : [finding('deployment', 'N182', `${name} lies over ${over}, and there is no such deployment`, hint(over, known))]
  })
}

/** N183: sites share the base of the deployment they lie over, which `has` what it was made for; what would need another is refused. */
function baseFindings({site: {over}, document, deployment, spec}: CheckedSite, under: Deployment, has: BaseNeeds): Finding[] {
  const finding = (path: SpecPath, message: string): Finding => ({
    rule: 'N183', severity: 'error', ...document.placeOf(path), path, message,
    fix: 'write a deployment that has it (deployments/<name>.yaml), and name that in the column deployment',
  })
  const changed = BASE_KEYS.filter(key => JSON.stringify(spec[key]) !== JSON.stringify(under[key]))
  return [
    ...changed.map(key => finding([key], `${key} is another than that of ${over}, whose base this site is to share`)),
    ...lacksOfBase(has, deployment).map(({path, what}) => finding(path, `this needs ${what}, which the base of ${over} does not have`)),
  ]
}
