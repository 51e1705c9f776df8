/** Views: graphs saved under a name. Reading is for everybody, the rest for who is signed in. */
import type {
  NewViewJson,
  ViewChangeJson,
  ViewJson,
  ViewsFileJson,
  ViewsImportJson,
} from "../../src/webapp/contract.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

export const viewsExportPath = "/kale/views/export";

export function fetchViews(signal?: AbortSignal): Promise<FetchResult<ViewJson[]>> {
  return fetchJson("/kale/views", signal);
}

export function fetchView(id: string, signal?: AbortSignal): Promise<FetchResult<ViewJson>> {
  return fetchJson(pathOf(id), signal);
}

export function createView(view: NewViewJson): Promise<FetchResult<ViewJson>> {
  return sendJson("POST", "/kale/views", view);
}

export function changeView(id: string, change: ViewChangeJson): Promise<FetchResult<ViewJson>> {
  return sendJson("PUT", pathOf(id), change);
}

export function deleteView(id: string): Promise<FetchResult<undefined>> {
  return sendJson("DELETE", pathOf(id));
}

export function importViews(file: ViewsFileJson): Promise<FetchResult<ViewsImportJson>> {
  return sendJson("POST", "/kale/views/import", file);
}

function pathOf(id: string): string {
  return `/kale/views/${encodeURIComponent(id)}`;
}
