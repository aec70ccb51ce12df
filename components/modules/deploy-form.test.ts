import { expect, test } from 'vitest'
import { deployModuleInput } from '#server/contracts/deployments.ts'
import { type DeployValues, fieldOfDeployment, toDeployment } from './deploy-form.ts'

const values: DeployValues = {
  version: '2.0.0',
  instances: [{ endpoint: ' http://127.0.0.1:9 ', capacity: '4', weight: '1' }],
  steps: '10, 50 100 %',
  minCalls: '5',
  minStepSeconds: '1.5',
  tolerancePercent: '7',
}

test('what is typed becomes the input of a deployment, seconds and percent in the units of the API', () => {
  expect(deployModuleInput.parse(toDeployment('m', values))).toMatchObject({
    id: 'm',
    instances: [{ endpoint: 'http://127.0.0.1:9', capacity: 4, weight: 1 }],
    steps: [10, 50, 100],
    minCalls: 5,
    minStepMs: 1_500,
    tolerance: 0.07,
  })
})

test('every problem of the input has a field that shows it', () => {
  const bad = { ...values, steps: '50, 10', minStepSeconds: '-1', tolerancePercent: 'all', minCalls: 'x' }
  const { error } = deployModuleInput.safeParse(toDeployment('m', bad))
  const fields = new Set(error?.issues.map(({ path }) => fieldOfDeployment(path.join('.'))))
  expect(fields).toEqual(new Set(['steps', 'minStepSeconds', 'tolerancePercent', 'minCalls']))
})
