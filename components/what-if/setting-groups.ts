import type { SearchGroup } from '../ui/search-select.tsx'
import type { SettingGroup } from './setting.ts'
import { settings } from './settings.ts'
import { type Trial, trials } from './trials.ts'

const loadOption = {
  group: 'Everything' as const,
  label: 'How much work arrives',
  keywords: 'load traffic arrivals times',
}

/** Everything that can be tried, in groups, for the list to choose from. */
export const settingGroups: readonly SearchGroup[] = [...Map.groupBy(trials, groupOf)].map(([label, its]) => ({
  label,
  options: its.map(value => {
    const look = lookOf(value)
    return { value, label: look.label, ...(look.keywords !== undefined && { keywords: look.keywords }) }
  }),
}))

function lookOf(trial: Trial): { label: string; group: SettingGroup; keywords?: string } {
  return trial === 'load' ? loadOption : settings[trial]
}

function groupOf(trial: Trial): SettingGroup {
  return lookOf(trial).group
}
