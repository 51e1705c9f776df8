export { ElasticsearchSeries, openElasticsearchSeries } from "./elasticsearch-series.ts";
export type { ElasticsearchSeriesOptions } from "./options.ts";
