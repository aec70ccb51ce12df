import { dependencyAuditor } from './dependency-auditor/declaration.ts'
import { keywordExtractor } from './keyword-extractor/declaration.ts'
import { languageDetector } from './language-detector/declaration.ts'
import { licenseDetector } from './license-detector/declaration.ts'
import { packageReader } from './package-reader/declaration.ts'
import { readabilityScorer } from './readability-scorer/declaration.ts'
import { reportWriter } from './report-writer/declaration.ts'
import type { FleetModule } from './shared/declaration.ts'
import { summarizerDeep } from './summarizer-deep/declaration.ts'
import { summarizerFast } from './summarizer-fast/declaration.ts'

/**
 * All modules of the example fleet, each after those it depends on, which is the order they can be registered in. Their
 * costs are example tariffs.
 */
export const fleetModules: readonly FleetModule[] = [
  packageReader,
  licenseDetector,
  languageDetector,
  keywordExtractor,
  readabilityScorer,
  summarizerFast,
  summarizerDeep,
  dependencyAuditor,
  reportWriter,
]
