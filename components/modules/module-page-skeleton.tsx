import { Card, CardHeader } from '../ui/card.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { ModuleFiguresSkeleton } from './module-figures.tsx'

/** The shape of a module's page while it loads. */
export function ModulePageSkeleton({ id }: { id: string }) {
  return (
    <>
      <PageHeader
        title={id}
        trail={[{ href: '/modules', label: 'Modules' }]}
        description={<Skeleton className="my-0.5 h-4 w-72 max-w-full" />}
        actions={<Skeleton className="h-8 w-44" />}
      />
      <ModuleFiguresSkeleton />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <Card>
            <CardHeader title="Instances" />
            <SkeletonRows rows={2} />
          </Card>
          <Card>
            <CardHeader title="Recent tasks" />
            <SkeletonRows rows={8} />
          </Card>
        </div>
        <div className="grid min-w-0 gap-4">
          <Card>
            <CardHeader title="Dependencies" />
            <SkeletonRows rows={3} />
          </Card>
          <Card>
            <CardHeader title="Configuration" />
            <SkeletonRows rows={8} />
          </Card>
        </div>
      </div>
    </>
  )
}
