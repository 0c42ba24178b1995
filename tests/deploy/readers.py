"""Reads the files of a deployment as their owners' libraries do: readers.py ROOT SBOM [MADE …]

- the bill of materials, by CycloneDX's own library and its strict schema
- the Kubernetes manifests, and what kustomize and Helm make of them, by the strict schemas of Kubernetes

The queries of the dashboard and of the alerts go to standard output, one in a line, for promql.mjs.
"""
import json
import pathlib
import sys

import kubernetes_validate
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

# The oldest version with support when this was written, and a later one.
KUBERNETES = ["1.33", "1.36"]

# Kinds of others, whose schemas Kubernetes does not bring.
FOREIGN = {"HTTPRoute": "gateway.networking.k8s.io/v1", "PodMonitor": "monitoring.coreos.com/v1"}


def fail(text):
    sys.exit(f"deploy-files: {text}")


def read_sbom(path):
    problem = JsonStrictValidator(SchemaVersion.V1_5).validate_str(path.read_text())
    if problem is not None:
        fail(f"{path}: {problem}")


def read_manifests(files):
    read = 0
    for file in files:
        for document in yaml.safe_load_all(file.read_text()):
            # A file for kustomize itself is no object of a cluster.
            if not document or document.get("apiVersion", "").startswith("kustomize"):
                continue
            if document["kind"] in FOREIGN:
                if document["apiVersion"] != FOREIGN[document["kind"]]:
                    fail(f"{file}: {document['kind']} of {document['apiVersion']}")
                continue
            for version in KUBERNETES:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    fail(f"{file}: {document['kind']}: {error.message} at {list(error.path)}, Kubernetes {version}")
            read += 1
    if read < 8:
        fail(f"only {read} manifests were read")


def queries(value):
    if isinstance(value, dict):
        if isinstance(value.get("expr"), str):
            yield value["expr"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from queries(one)


def main():
    root = pathlib.Path(sys.argv[1])
    read_sbom(pathlib.Path(sys.argv[2]))
    read_manifests(sorted((root / "deploy/kubernetes").rglob("*.yaml")) + [pathlib.Path(one) for one in sys.argv[3:]])
    dashboard = json.loads((root / "deploy/grafana/gatehouse.json").read_text())
    alerts = yaml.safe_load((root / "deploy/prometheus/alerts.yaml").read_text())
    for query in [*queries(dashboard), *queries(alerts)]:
        print(" ".join(query.split()))


main()
