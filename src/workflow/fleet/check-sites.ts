import type {Finding} from '../../spec/finding.js'
import {sitesChecker} from '../../spec/inventory/check-sites.js'
import {parseInventory} from '../../spec/inventory/inventory.js'
import type {SitesRequest} from './make-sites.js'
import {partOf} from './shard.js'

/** So many are told: a column that is wrong is wrong in every row. */
const ENOUGH = 200

/** What is wrong with the sites of a shard; errors and warnings, by row. */
export function checkSites({project, inventory, deployments, shard}: Pick<SitesRequest, 'project' | 'inventory' | 'deployments' | 'shard'>): Finding[] {
  const {sites} = parseInventory(inventory.text, inventory.file)
  const checker = sitesChecker(sites, project, deployments)
  const findings: Finding[] = []
  for (const site of partOf(sites, shard)) {
    if (findings.length >= ENOUGH) break
    findings.push(...checker.check(site).findings.map(finding => ({...finding, deployment: site.name})))
  }

  return findings
}
