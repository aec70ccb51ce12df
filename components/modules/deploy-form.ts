import { toFigure } from './module-form.ts'

/** What the fields of a deployment hold; figures as text, as they were typed. */
export interface DeployValues {
  version: string
  instances: { endpoint: string; capacity: string; weight: string }[]
  steps: string
  minCalls: string
  minStepSeconds: string
  tolerancePercent: string
}

/** The input of `modules.deploy` that the fields stand for, unchecked. */
export function toDeployment(id: string, values: DeployValues) {
  return {
    id,
    version: values.version,
    instances: values.instances.map(({ endpoint, capacity, weight }) => ({
      endpoint: endpoint.trim(),
      capacity: toFigure(capacity),
      weight: toFigure(weight),
    })),
    steps: values.steps
      .split(/[\s,;%]+/)
      .filter(step => step !== '')
      .map(toFigure),
    minCalls: toFigure(values.minCalls),
    minStepMs: scaled(values.minStepSeconds, 1_000),
    tolerance: scaled(values.tolerancePercent, 0.01),
  }
}

/** Where the form shows a problem of an input that it holds under another name; any of the steps is of the one field. */
export function fieldOfDeployment(path: string): string {
  if (path.startsWith('steps')) return 'steps'
  if (path === 'minStepMs') return 'minStepSeconds'
  return path === 'tolerance' ? 'tolerancePercent' : path
}

function scaled(text: string, factor: number): number | string | undefined {
  const figure = toFigure(text)
  return typeof figure === 'number' ? Math.round(figure * factor * 1e6) / 1e6 : figure
}
