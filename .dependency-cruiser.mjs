/**
 * Imports go one way: app -> components -> contracts; api -> core + contracts; persistence, drivers, breakers -> core;
 * composition -> all. Within the core: shared <- events, graph <- registry, health, resilience, queue, settings <- balancing,
 * brain <- routing <- dead-letters <- dispatch <- overview, explain, impact, alerts, webhooks, invariants, learning, memory <- orchestrator <-
 * simulator. `server/testing/boundaries.test.ts` proves that each rule can fail.
 */
const core = 'server/core'
const tiers = [
  ['shared'],
  ['events', 'graph'],
  ['registry', 'health', 'replicas', 'resilience', 'queue', 'settings'],
  ['balancing', 'brain', 'changes'],
  ['routing', 'deployments'],
  ['dead-letters'],
  ['dispatch', 'simulation'],
  ['overview', 'explain', 'impact', 'alerts', 'webhooks', 'invariants', 'learning', 'memory'],
  ['simulator'],
  ['analysis', 'suggestions'],
]
const isTest = '\\.test\\.tsx?$|/testing/'

const upward = tiers.slice(0, -1).map((members, index) => ({
  name: `core-tier-${members.join('-')}`,
  severity: 'error',
  comment: 'Within the core, imports go down the tiers only; upward, things are told by events or through ports.',
  from: { path: `^${core}/(${members.join('|')})/`, pathNot: isTest },
  to: {
    path: `^${core}/(${tiers
      .slice(index + 1)
      .flat()
      .join('|')})/`,
  },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...upward,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means that two files are one thing; split what they share.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'only-sessions-sign-people-in',
      severity: 'error',
      comment: 'Approvals stand on a signed-in person: only sign-in vouches for one, and only approvals ask.',
      from: { pathNot: `^server/auth/sign-in-service|^server/core/suggestions/|${isTest}` },
      to: { path: '^server/core/shared/signed-in', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-way-to-apply-a-suggestion',
      severity: 'error',
      comment: 'Only applySuggestion changes the configuration from a suggestion, and it takes an Approval.',
      from: { path: '^server/', pathNot: `^server/core/suggestions/(apply-suggestion|suggestion-service)|${isTest}` },
      to: { path: '^server/core/suggestions/apply-suggestion', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment:
        'The core does no I/O: it imports itself and the contracts, nothing of Node, npm or the rest of the server.',
      from: { path: `^${core}/`, pathNot: isTest },
      to: { pathNot: `^(${core}|server/contracts)/` },
    },
    {
      name: 'contracts-are-browser-safe',
      severity: 'error',
      comment: 'Browsers import the contracts at run time: zod and themselves only.',
      from: { path: '^server/contracts/', pathNot: isTest },
      to: { pathNot: '^server/contracts/|node_modules/zod/' },
    },
    {
      name: 'only-breakers-import-opossum',
      severity: 'error',
      comment: 'opossum is an engine behind our policy; one folder knows it.',
      from: { pathNot: '^server/breakers/|^bench/' },
      to: { path: 'node_modules/opossum/' },
    },
    {
      name: 'only-charts-import-recharts',
      severity: 'error',
      comment: 'Charts have one look and are loaded on demand.',
      from: { pathNot: '^components/charts/' },
      to: { path: 'node_modules/recharts/' },
    },
    {
      name: 'on-demand-by-our-own',
      severity: 'error',
      comment: 'With next/dynamic, code that cannot be fetched takes the whole page down; onDemand does not.',
      from: {},
      to: { path: 'node_modules/next/dynamic' },
    },
    {
      name: 'interface-imports-types-only',
      severity: 'error',
      comment:
        'The orchestrator must never exist twice in one process: pages import types from the server, and contracts.',
      from: { path: '^(app|components)/', pathNot: isTest },
      to: { path: '^server/', pathNot: '^server/contracts/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-do-not-import-pages',
      severity: 'error',
      comment: 'app -> components, never back.',
      from: { path: '^components/' },
      to: { path: '^app/' },
    },
    {
      name: 'api-calls-the-core',
      severity: 'error',
      comment: 'Procedures are thin: authorization, one call to the core.',
      from: { path: '^server/api/', pathNot: isTest },
      to: { path: '^server/(breakers|drivers|composition|persistence)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-know-only-the-core',
      severity: 'error',
      comment: 'Drivers, breakers and stores implement ports of the core and do not know each other or the API.',
      from: { path: '^server/(breakers|drivers|persistence)/', pathNot: isTest },
      to: { path: '^server/(api|auth|composition|breakers|drivers|persistence)/', pathNot: ['^server/$1/'] },
    },
    {
      name: 'nothing-imports-composition',
      severity: 'error',
      comment: 'Composition stands above everything; only the program itself starts it.',
      from: { pathNot: '^server/(composition/|main\\.ts)|\\.test\\.tsx?$|^bench/|^server/testing/|^e2e/' },
      to: { path: '^server/composition/' },
    },
    {
      name: 'fleet-stands-alone',
      severity: 'error',
      comment: 'The example fleet talks to the control center over HTTP, as anybody would.',
      from: { path: '^fleet/', pathNot: isTest },
      to: { path: '^server/', pathNot: '^server/contracts/' },
    },
    {
      name: 'no-tests-in-production',
      severity: 'error',
      comment: 'Production code does not import tests or what only tests need.',
      from: { path: '^(app|components|server|fleet)/', pathNot: `${isTest}|^fleet/testing/` },
      to: { path: '\\.test\\.tsx?$|^server/testing/' },
    },
  ],
  options: {
    // Seen as targets, not read: dependency-cruiser's visitor for swc stumbles over `await using`.
    doNotFollow: { path: `node_modules|${isTest}|throwaway-postgres|check-drift` },
    exclude: { path: '^(\\.next|coverage|server/persistence/generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
