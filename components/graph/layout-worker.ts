import { type GraphShape, layoutGraph } from './graph-layout.ts'

/** Lays graphs out away from the page: a shape comes in, its layout goes out. */
self.addEventListener('message', ({ data }: MessageEvent<GraphShape>) => {
  self.postMessage(layoutGraph(data))
})
