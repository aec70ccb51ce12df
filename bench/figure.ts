/** One measured figure: the median of its runs with the lowest and highest, and the goal where there is one. */
export interface Figure {
  name: string
  unit: string
  value: number
  range: [number, number]
  goal: string
  isMet: boolean
}

export interface Goal {
  text: string
  isMet: (value: number) => boolean
}

export function below(limit: number): Goal {
  return { text: `< ${limit}`, isMet: value => value < limit }
}

export function atMost(limit: number): Goal {
  return { text: `<= ${limit}`, isMet: value => value <= limit }
}

export function atLeast(limit: number): Goal {
  return { text: `>= ${limit}`, isMet: value => value >= limit }
}

/** The figure of several runs. Without a goal it is there to be read. */
export function toFigure(name: string, unit: string, values: readonly number[], goal?: Goal): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return {
    name,
    unit,
    value,
    range: [sorted[0] ?? value, sorted.at(-1) ?? value],
    goal: goal?.text ?? '',
    isMet: goal?.isMet(value) ?? true,
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
