/** Every page but the search, as one script that is loaded beside the frame or after it. */
import type { JSX } from "preact";
import type { OtherRoute } from "./lib/route.ts";
import { AdminPage } from "./pages/admin.tsx";
import { AlertsPage } from "./pages/alerts.tsx";
import { CollectionPage } from "./pages/collection.tsx";
import { CollectionsPage } from "./pages/collections.tsx";
import { ExplorePage } from "./pages/explore.tsx";
import { FeedbackPage } from "./pages/feedback.tsx";
import { GraphPage } from "./pages/graph.tsx";
import { HelpPage } from "./pages/help.tsx";
import { HistoryPage } from "./pages/history.tsx";
import { MetricPage } from "./pages/metric.tsx";
import { NowPage } from "./pages/now.tsx";
import { RulesPage } from "./pages/rules.tsx";
import { SourcesPage } from "./pages/sources.tsx";
import { StatusPage } from "./pages/status.tsx";
import { ViewsPage } from "./pages/views.tsx";

export function OtherPage({ route }: { readonly route: OtherRoute }): JSX.Element {
  switch (route.page) {
    case "now":
      return <NowPage anomalyId={route.anomalyId} />;
    case "metric":
      return <MetricPage key={route.name} name={route.name} />;
    case "collections":
      return <CollectionsPage />;
    case "collection":
      return <CollectionPage key={route.id} id={route.id} />;
    case "explore":
      return <ExplorePage />;
    case "graph":
      return <GraphPage viewId={null} />;
    case "views":
      return <ViewsPage />;
    case "view":
      return <GraphPage key={route.id} viewId={route.id} />;
    case "history":
      return <HistoryPage />;
    case "sources":
      return <SourcesPage />;
    case "status":
      return <StatusPage />;
    case "alerts":
      return <AlertsPage />;
    case "rules":
      return <RulesPage />;
    case "feedback":
      return <FeedbackPage />;
    case "admin":
      return <AdminPage />;
    case "help":
      return <HelpPage />;
  }
}
