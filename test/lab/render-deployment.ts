import {deploymentFiles} from '../../src/tree/deployment-catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {contentOf} from '../../src/tree/template-set.js'
import type {Deployment} from '../../src/spec/deployment.js'

/** The overlay of a deployment, from the package's own templates: path in the root to text. */
export async function renderDeployment(deployment: Deployment): Promise<Map<string, string>> {
  const templates = await readTemplates()
  return new Map(deploymentFiles(deployment).map(({template, target, model}) => [target, contentOf(templates, `overlays/deployment/${template}`, model).toString()]))
}
