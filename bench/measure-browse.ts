import { below, type Figure, toFigure } from './figure.ts'
import { runBrowse, type ScrollFigures } from './load/browse.ts'

/** What sixty frames a second leave for each. */
const frameMs = 16.7
const scale = { modules: 1_000, waiting: 100_000 }

/** How a large fleet with much waiting can be looked through, and asked what a pause of everything would do. */
export async function measureBrowse(): Promise<Figure[]> {
  const result = await runBrowse(scale)
  console.error(`browse: ${JSON.stringify(result)}`)
  const count = (value: number) => value.toLocaleString('en')
  const ofList = (name: string, figures: ScrollFigures) => [
    toFigure(`${name}, frame while scrolling p50`, 'ms', [figures.frameP50Ms]),
    toFigure(`${name}, frame while scrolling p95`, 'ms', [figures.frameP95Ms], below(Math.round(2 * frameMs))),
    toFigure(`${name}, CPU of a frame while scrolling`, 'ms', [figures.cpuMsPerFrame], below(frameMs)),
    toFigure(`${name}, time in tasks over 50 ms while scrolling`, '%', [figures.longTaskPercent], below(1)),
  ]
  return [
    ...ofList(`list of ${count(scale.modules)} modules`, result.modules),
    ...ofList(`list of ${count(scale.waiting)} tasks`, result.tasks),
    toFigure(`impact of a pause of everything, ${count(scale.waiting)} waiting, p50`, 'ms', [result.impactP50Ms]),
    toFigure(
      `impact of a pause of everything, ${count(scale.waiting)} waiting, p95`,
      'ms',
      [result.impactP95Ms],
      below(100),
    ),
  ]
}
