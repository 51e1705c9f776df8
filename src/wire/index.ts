export { CarbonStream } from "./carbon-stream.ts";
export { readCarbonDatagram } from "./carbon-line.ts";
export type { CarbonFault } from "./carbon-line.ts";
export { MsgpackDatagrams, MsgpackStream } from "./msgpack-stream.ts";
export type { MsgpackFault } from "./msgpack.ts";
export { HeldBytes, PickleFrames, pickleFrameBytesMaxDefault } from "./pickle-frames.ts";
export { PickleReader } from "./pickle.ts";
export type { PickleFault } from "./pickle.ts";
export type { PlainRows, PlainSender } from "./plain-rows.ts";
export type { RowSink } from "./row-sink.ts";
export type { StreamReader } from "./stream-reader.ts";
export { readExposition } from "./exposition.ts";
export type { ExpositionFault, ExpositionMetadata } from "./exposition.ts";
export { readPrometheusWriteV1, readPrometheusWriteV2 } from "./prometheus-write.ts";
export type { PrometheusWriteCounts, PrometheusWriteFault } from "./prometheus-write.ts";
export { decodeSnappy } from "./snappy.ts";
export type { SnappyFault } from "./snappy.ts";
export { LineStream } from "./line-stream.ts";
export { StatsdAggregator } from "./statsd-aggregator.ts";
export type { StatsdLimitFault, StatsdOptions } from "./statsd-aggregator.ts";
export { StatsdReader, statsdLineBytesMax } from "./statsd-line.ts";
export type { SenderNote, StatsdFault } from "./statsd-line.ts";
export { readInfluxLines } from "./influx-line.ts";
export type { InfluxFault, InfluxPrecision } from "./influx-line.ts";
export { readOtlpJson } from "./otlp-json.ts";
export { readOtlpProtobuf } from "./otlp-protobuf.ts";
export type { OtlpCounts, OtlpFault } from "./otlp-rows.ts";
export { readOpenTsdbJson } from "./opentsdb-put.ts";
export type { OpenTsdbFault } from "./opentsdb-put.ts";
export { OpenTsdbStream } from "./opentsdb-stream.ts";
export { readCollectdCommands, readCollectdJson, readKairosDbJson } from "./collectd-http.ts";
export { CollectdReader } from "./collectd-packet.ts";
export type { CollectdFault, CollectdSecurity } from "./collectd-packet.ts";
export { parseTypesDb, type CollectdTypes } from "./collectd-types.ts";
export { GangliaXdrReader } from "./ganglia-xdr.ts";
export { GangliaXmlReader } from "./ganglia-xml.ts";
export type { GangliaFault } from "./ganglia-xml.ts";
export { RepeatFilter } from "./repeat-filter.ts";
export { TaggedNameWriter } from "./tagged-name-writer.ts";
export { readCsvLayout, readCsvLine } from "./csv-samples.ts";
export type { CsvFault } from "./csv-samples.ts";
export { readJsonSamples } from "./json-samples.ts";
export type { JsonSampleFault } from "./json-samples.ts";
export { parseTimeText } from "./sample-text.ts";
export { readGraphiteAnswer, readPrometheusMatrix } from "./series-answers.ts";
export {
  newestWhisperSecond,
  readWhisperHeader,
  readWhisperPoints,
  whisperHeaderBytesMax,
  whisperSeriesName,
} from "./whisper.ts";
export type { WhisperArchive, WhisperFault, WhisperPoints } from "./whisper.ts";
