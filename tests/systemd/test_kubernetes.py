#!/usr/bin/python3
"""conf/kubernetes against the Kubernetes API: every field exists there and has its type, none that it
requires is missing (the models that python3-kubernetes generates from the API's OpenAPI schema), the
pods keep to the Pod Security Standard "restricted", and names that refer to each other agree."""

import pathlib
import re
import sys
import unittest

try:
    import kubernetes.client.models as models
    import yaml
except ImportError as error:
    print(f"skipped: {error}; install python3-kubernetes and python3-yaml")
    sys.exit(77)

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "conf/kubernetes"
MODELS = {
    ("v1", "Namespace"): "V1Namespace",
    ("v1", "PersistentVolumeClaim"): "V1PersistentVolumeClaim",
    ("v1", "ConfigMap"): "V1ConfigMap",
    ("v1", "Service"): "V1Service",
    ("apps/v1", "Deployment"): "V1Deployment",
    ("batch/v1", "CronJob"): "V1CronJob",
}
SCALARS = {"str": str, "int": int, "bool": bool, "object": (str, int)}  # object: int or string


def violations(value, type_name, path):
    """What the schema has against `value`."""
    if match := re.fullmatch(r"list\[(.*)\]", type_name):
        if not isinstance(value, list):
            return [f"{path}: wanted a list"]
        return [found for index, item in enumerate(value)
                for found in violations(item, match[1], f"{path}[{index}]")]
    if match := re.fullmatch(r"dict\(str, (.*)\)", type_name):
        if not isinstance(value, dict):
            return [f"{path}: wanted a mapping"]
        return [found for key, item in value.items()
                for found in violations(item, match[1], f"{path}.{key}")]
    if type_name in SCALARS:
        is_fitting = isinstance(value, SCALARS[type_name])
        if isinstance(value, bool) and type_name != "bool":
            is_fitting = False
        return [] if is_fitting else [f"{path}: {value!r}, wanted {type_name}"]
    return object_violations(value, getattr(models, type_name), path)


def object_violations(value, model, path):
    if not isinstance(value, dict):
        return [f"{path}: wanted a mapping"]
    attribute_of = {name: attribute for attribute, name in model.attribute_map.items()}
    found = [f"{path}.{key}: no such field" for key in value if key not in attribute_of]
    known = {key: item for key, item in value.items() if key in attribute_of}
    try:
        model(**{attribute_of[key]: item for key, item in known.items()})
    except ValueError as error:  # a required field, or a value that is none of an enumeration's
        found.append(f"{path}: {error}")
    for key, item in known.items():
        found += violations(item, model.openapi_types[attribute_of[key]], f"{path}.{key}")
    return found


def read_documents():
    return [document for path in sorted(FOLDER.glob("*.yaml"))
            for document in yaml.safe_load_all(path.read_text())]


def pod_specs(documents):
    for document in documents:
        if document["kind"] == "CronJob":
            yield document["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        elif document["kind"] == "Deployment":
            yield document["spec"]["template"]["spec"]


def check(document):
    model = MODELS[document["apiVersion"], document["kind"]]
    return violations(document, model, document["kind"])


class Kubernetes(unittest.TestCase):
    def setUp(self):
        self.documents = read_documents()

    def one(self, kind):
        return next(document for document in self.documents if document["kind"] == kind)

    def test_every_document_obeys_the_schema(self):
        self.assertEqual(len(self.documents), 6)
        for document in self.documents:
            with self.subTest(kind=document["kind"]):
                self.assertEqual(check(document), [])

    def test_a_wrong_document_is_noticed(self):
        job = self.one("CronJob")
        job["spec"]["schedul"] = job["spec"].pop("schedule")
        job["spec"]["jobTemplate"]["spec"]["backoffLimit"] = "2"
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        pod["containers"][0]["image"] = 5
        del pod["volumes"][0]["name"]
        self.assertEqual(len(check(job)), 5, check(job))

    def test_pods_are_restricted(self):
        for pod in pod_specs(self.documents):
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
            self.assertGreater(pod["securityContext"]["runAsUser"], 0)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertTrue(all(set(volume) <= {"name", "persistentVolumeClaim", "configMap",
                                                "emptyDir"} for volume in pod["volumes"]))
            for container in pod["containers"]:
                context = container["securityContext"]
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertIn("memory", container["resources"]["limits"])

    def test_names_agree(self):
        web = self.one("Deployment")["spec"]
        labels = web["template"]["metadata"]["labels"]
        self.assertEqual(web["selector"]["matchLabels"], labels)
        self.assertEqual(self.one("Service")["spec"]["selector"], labels)
        pods = list(pod_specs(self.documents))
        job = next(pod for pod in pods if "affinity" in pod)
        term = job["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0]
        self.assertEqual(term["labelSelector"]["matchLabels"], labels)
        claim = self.one("PersistentVolumeClaim")["metadata"]["name"]
        for pod in pods:
            volumes = {volume["name"]: volume for volume in pod["volumes"]}
            self.assertEqual(volumes["mirror"]["persistentVolumeClaim"]["claimName"], claim)
            for container in pod["containers"]:
                self.assertEqual({mount["name"] for mount in container["volumeMounts"]},
                                 set(volumes))
        web_volumes = {volume["name"]: volume for volume in web["template"]["spec"]["volumes"]}
        self.assertEqual(web_volumes["configuration"]["configMap"]["name"],
                         self.one("ConfigMap")["metadata"]["name"])
        for document in self.documents:
            if document["kind"] != "Namespace":
                self.assertEqual(document["metadata"]["namespace"],
                                 self.one("Namespace")["metadata"]["name"])

    def test_what_the_job_writes_is_what_nginx_serves(self):
        job, web = list(pod_specs(self.documents))
        output = job["containers"][0]["args"][-1]
        self.assertEqual(job["containers"][0]["volumeMounts"][0]["mountPath"],
                         web["containers"][0]["volumeMounts"][0]["mountPath"])
        server = self.one("ConfigMap")["data"]["default.conf"]
        self.assertIn(f"root {output};", server)
        self.assertIn(f"listen {web['containers'][0]['ports'][0]['containerPort']};", server)


if __name__ == "__main__":
    unittest.main()
