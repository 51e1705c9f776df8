"""graphite-web 1.1.8 as an oracle: requests in as JSON lines, answers out as JSON lines.

    python graphite_web.py FOLDER < lines

The first line is the data, written as Whisper files into FOLDER (series with tags go into graphite-web's
own tag database, in memory):

    {"series": [{"name", "step", "start", "values": [number or null, ...]}, ...], "now": seconds}

A line {"decode": "pickle" or "msgpack", "body": base64} is answered with what the body holds, as JSON.
Each further line is a request {"path": "/render", "query": "target=...&from=..."}; the answer is
{"status", "type", "body", "seconds"}, the body in base64. The views of graphite-web are called as its URL
table would call them, without a web server.
"""
import base64
import json
import os
import pickle
import sys
import tempfile
import time

folder = sys.argv[1]
os.environ["TZ"] = "UTC"
os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"
time.tzset()

settings_folder = tempfile.mkdtemp(dir=folder)
with open(os.path.join(settings_folder, "oracle_settings.py"), "w") as file:
    file.write(
        f"""
from graphite.settings import *
SECRET_KEY = "an oracle keeps no secrets"
TIME_ZONE = "UTC"
WHISPER_DIR = {folder!r} + "/whisper"
STANDARD_DIRS = [WHISPER_DIR]
LOG_DIR = {folder!r}
INDEX_FILE = {folder!r} + "/index"
CARBONLINK_HOSTS = []
CLUSTER_SERVERS = []
STORAGE_FINDERS = ("graphite.finders.standard.StandardFinder",)
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}}}
LOGGING_CONFIG = None
USE_WORKER_POOL = False
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""
    )
sys.path.insert(0, settings_folder)
os.environ["DJANGO_SETTINGS_MODULE"] = "oracle_settings"
os.makedirs(folder + "/whisper", exist_ok=True)

import inspect  # noqa: E402

# What graphite-web 1.1.8 still asks of older Pythons.
if not hasattr(inspect, "getargspec"):
    inspect.getargspec = lambda function: inspect.getfullargspec(function)[:4]
if not hasattr(inspect, "formatargspec"):
    inspect.formatargspec = lambda *spec: "(...)"

import django  # noqa: E402

django.setup()
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0, run_syncdb=True)
import msgpack  # noqa: E402
import whisper  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import resolve  # noqa: E402
from graphite.storage import STORE  # noqa: E402
from graphite.tags.utils import TaggedSeries  # noqa: E402


def write(series, oldest, now):
    name = series["name"]
    if ";" in name:
        STORE.tagdb.tag_series(name)
        path = TaggedSeries.encode(name, sep="/")
    else:
        path = name.replace(".", "/")
    path = f"{folder}/whisper/{path}.wsp"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    step = series["step"]
    count = (now - oldest) // step + 2
    whisper.create(path, [(step, count)], xFilesFactor=0, aggregationMethod="average")
    points = [
        (series["start"] + i * step, value)
        for i, value in enumerate(series["values"])
        if value is not None
    ]
    whisper.update_many(path, points, now=now)


def decode(kind, body):
    data = pickle.loads(body) if kind == "pickle" else msgpack.unpackb(body)
    return {"status": 200, "type": "", "body": base64.b64encode(json.dumps(data).encode()).decode(), "seconds": 0}


def answer(request):
    if "decode" in request:
        return decode(request["decode"], base64.b64decode(request["body"]))
    got = RequestFactory().get(request["path"] + "?" + request["query"])
    got.user = AnonymousUser()
    view = resolve(request["path"])
    started = time.process_time()
    try:
        response = view.func(got, *view.args, **view.kwargs)
        status, body, kind = response.status_code, response.content, response["Content-Type"]
    except Exception as error:  # what a web server would answer with 500
        status, body, kind = 500, f"{type(error).__name__}: {error}".encode(), "text/plain"
    seconds = time.process_time() - started
    return {
        "status": status,
        "type": kind,
        "body": base64.b64encode(body).decode(),
        "seconds": seconds,
    }


data = json.loads(sys.stdin.readline())
oldest = min(series["start"] for series in data["series"])
for series in data["series"]:
    write(series, oldest, data["now"])
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
