import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatCompact,
  formatDuration,
  formatMoment,
  formatMomentsIn,
  formatMs,
  formatPercent,
  formatRate,
  formatRelative,
  formatShareSize,
  formatSigned,
  formatUsd,
  plural,
  unknownValue,
} from './format.ts'

describe('figures', () => {
  test('a share never rounds something to nothing or almost all to all', () => {
    expect(formatPercent(0)).toBe('0 %')
    expect(formatPercent(0.000_1)).toBe('< 0.1 %')
    expect(formatPercent(0.031_2)).toBe('3.1 %')
    expect(formatPercent(0.424)).toBe('42 %')
    expect(formatPercent(0.999_6)).toBe('> 99.9 %')
    expect(formatPercent(0.997)).toBe('99.7 %')
    expect(formatPercent(1)).toBe('100 %')
  })

  test('a difference has its sign unless it is nothing, and of shares more digits than a share', () => {
    expect(formatSigned(-1_500, formatMs)).toBe('−1.50 s')
    expect(formatSigned(0.2, formatShareSize)).toBe('+20 %')
    expect(formatSigned(-0.000_34, formatShareSize)).toBe('−0.03 %')
    expect(formatSigned(-0.000_000_1, formatShareSize)).toBe('0 %')
    expect(formatSigned(-0.2, size => String(Math.round(size)))).toBe('0')
  })

  test('a duration moves to the next unit instead of showing sixty of one or a thousand of another', () => {
    expect(formatMs(0)).toBe('0 ms')
    expect(formatMs(0.42)).toBe('0.4 ms')
    expect(formatMs(9.96)).toBe('10 ms')
    expect(formatMs(320.4)).toBe('320 ms')
    expect(formatMs(999.7)).toBe('1.00 s')
    expect(formatMs(1_240)).toBe('1.24 s')
    expect(formatMs(9_996)).toBe('10.0 s')
    expect(formatMs(59_970)).toBe('1 min')
    expect(formatMs(125_000)).toBe('2 min 5 s')
  })

  test('a span shows its two largest units', () => {
    expect(formatDuration(400)).toBe('0 s')
    expect(formatDuration(45_000)).toBe('45 s')
    expect(formatDuration(3_600_000 * 5 + 2 * 60_000 + 30_000)).toBe('5 h 2 min')
    expect(formatDuration(86_400_000 * 12)).toBe('12 d')
  })

  test('a rate keeps a digit where it matters and never shows something as nothing', () => {
    expect(formatRate(0)).toBe('0/s')
    expect(formatRate(0.02)).toBe('< 0.1/s')
    expect(formatRate(12.44)).toBe('12.4/s')
    expect(formatRate(1_250.4)).toBe('1,250/s')
  })

  test('an amount of money too small for cents shows more digits', () => {
    expect(formatUsd(0)).toBe('$0')
    expect(formatUsd(0.001_2)).toBe('$0.0012')
    expect(formatUsd(0.000_000_277_8)).toBe('$0.00000028')
    expect(formatUsd(3.4)).toBe('$3.40')
    expect(formatUsd(1_250)).toBe('$1,250')
  })

  test('counts stay exact below ten thousand', () => {
    expect(formatCompact(9_999)).toBe('9,999')
    expect(formatCompact(12_340)).toBe('12.3K')
    expect(plural(1, 'try', 'tries')).toBe('1 try')
    expect(plural(0, 'task')).toBe('0 tasks')
  })

  test('bytes are in binary units', () => {
    expect(formatBytes(812)).toBe('812 B')
    expect(formatBytes(14_541)).toBe('14.2 KiB')
    expect(formatBytes(262_144 * 5)).toBe('1.3 MiB')
  })

  test('what is not known is a dash, never a zero', () => {
    for (const format of [formatPercent, formatMs, formatRate, formatUsd, formatCompact]) {
      expect(format(null)).toBe(unknownValue)
    }
  })
})

describe('moments', () => {
  const now = Date.UTC(2026, 10, 21, 14, 3, 11, 120)

  test('the distance has one unit and says its direction', () => {
    expect(formatRelative(now - 400, now)).toBe('now')
    expect(formatRelative(now - 12_900, now)).toBe('12 s ago')
    expect(formatRelative(now + 5 * 60_000, now)).toBe('in 5 min')
    expect(formatRelative(new Date(now - 3 * 86_400_000).toISOString(), now)).toBe('3 d ago')
  })

  test('the full moment names its zone', () => {
    expect(formatMoment(now, 'utc')).toBe('2026-11-21 14:03:11.120 UTC')
    expect(formatMoment(now, 'local')).toMatch(/^2026-11-2\d \d\d:\d\d:11\.120 [+-]\d\d:\d\d$/)
  })

  test('a sentence shows the moments in it as they are shown elsewhere, and all else as it is', () => {
    const sentence = 'It waits until 2026-11-21T14:03:11.120Z, or 2026-11-21T14:03:12Z; 2026-11-21 is a day.'
    expect(formatMomentsIn(sentence, 'utc')).toBe(
      'It waits until 2026-11-21 14:03:11.120 UTC, or 2026-11-21 14:03:12.000 UTC; 2026-11-21 is a day.',
    )
  })
})
