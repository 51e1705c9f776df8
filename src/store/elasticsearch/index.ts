export { ElasticsearchSeries, openElasticsearchSeries } from "./elasticsearch-series.ts";
