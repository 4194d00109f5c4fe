"""The scanner of Kubernetes against the test data of others: `./dev bench scan_kubernetes_accuracy`.

Reads checkov's example folders with what its tests expect, the KICS-style test set of
datadog-iac-scanner with its lines, and kube-linter's tests, from git repositories below --data FOLDER:
bridgecrewio+checkov/repo and the like; one that is not there is left out. --list prints each
disagreement.
"""
# builds: scan_kubernetes_bench
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Scanner:
    def __init__(self, program: pathlib.Path):
        self.program = program
        self.found: dict[str, list[dict]] = {}

    def scan(self, folders: list[pathlib.Path]) -> None:
        names = [str(folder) for folder in folders]
        output = subprocess.run([self.program, "--all", "--json", *names], capture_output=True, text=True, check=True)
        for name in names:
            self.found[name] = []
        for line in output.stdout.splitlines():
            row = json.loads(line)
            self.found[row["root"]].append(row)

    def of(self, folder: pathlib.Path, name: str) -> list[dict]:
        return [row for row in self.found[str(folder)] if name in row.get("aliases", ())]


class Table:
    def __init__(self, listed: bool):
        self.listed = listed
        self.rows: list[tuple[str, int, int]] = []
        self.disagreements: list[str] = []

    def add(self, name: str, matched: int, expected: int, why: str = "") -> None:
        self.rows.append((name, matched, expected))
        if matched != expected:
            self.disagreements.append(f"{name}: {matched} of {expected}  {why}")

    def show(self, title: str) -> None:
        matched = sum(row[1] for row in self.rows)
        expected = sum(row[2] for row in self.rows)
        print(f"{title:<40} {matched:>5} of {expected:<5} {matched / max(expected, 1):7.1%}")
        if self.listed:
            for line in self.disagreements:
                print("    " + line)


def checkov_tests(repo: pathlib.Path):
    """(check id, whether containers count, folder, passed, failed, failed names) of each test."""
    checks = repo / "checkov/kubernetes/checks/resource/k8s"
    tests = repo / "tests/kubernetes/checks"
    for path in sorted(tests.glob("test_*.py")):
        text = path.read_text()
        module = re.search(r"from checkov\.kubernetes\.checks\.resource\.k8s\.(\w+) import check", text)
        if not module:
            continue
        source = (checks / f"{module[1]}.py").read_text()
        check = re.search(r"\bid\s*=\s*['\"](CKV_K8S_\d+)['\"]", source)
        if not check:
            continue
        by_container = "BaseK8sContainerCheck" in source
        for function in re.split(r"\n    def ", text)[1:]:
            folder = re.search(r"example_\w+(?:/[\w.-]+)*", function)
            counts = dict(re.findall(r"summary\[['\"](passed|failed|skipped)['\"]\],\s*(\d+)", function))
            # One that changes the environment asks something else than the same folder before it.
            if not folder or "passed" not in counts or "env_var" in function.split("(")[0]:
                continue
            names = re.search(r"expected_failed_resources|failing_resources\s*=\s*\{(.*?)\}", function, re.S)
            failing = re.findall(r"['\"]([^'\"]+)['\"]", names[1]) if names and names[1] else None
            yield check[1], by_container, tests / folder[0], int(counts["passed"]), int(counts["failed"]), failing


def checkov(scanner: Scanner, repo: pathlib.Path, listed: bool) -> None:
    table = Table(listed)
    cases = [case for case in checkov_tests(repo) if case[2].exists()]
    scanner.scan(sorted({case[2] for case in cases}))
    for check, by_container, folder, passed, failed, failing in cases:
        rows = [row for row in scanner.of(folder, check) if row["state"] != "suppressed"]
        units = {(row["path"], row["subject"], row["resource_line"], " ".join(row["content"].split(" ")[:2]) if by_container else "") for row in rows}
        # What passes is what is left of all that the test counts.
        matched = min(failed, len(units)) + max(0, passed - max(0, len(units) - failed))
        if failing is not None and not by_container:
            wrong = {unit[1] for unit in units} - set(failing)
            matched = min(matched, passed + failed - len(wrong))
        table.add(f"{check} {folder.name}", matched, passed + failed,
                  f"expected {failed} to fail and {passed} to pass, found {len(units)}: "
                  + ", ".join(sorted(f"{unit[0]} {unit[1]} {unit[3]}" for unit in units)))
    table.show("checkov: examples")
    graph(scanner, repo, listed)


GRAPH = {"RoleBindingPE": "CKV2_K8S_1", "NoCreateNodesProxyOrPodsExec": "CKV2_K8S_2", "ImpersonatePermissions": "CKV2_K8S_3",
         "ModifyServicesStatus": "CKV2_K8S_4", "ReadAllSecrets": "CKV2_K8S_5", "RequireAllPodsToHaveNetworkPolicy": "CKV2_K8S_6",
         "NoDefaultNamespace": "CKV_K8S_21", "AllowPrivilegeEscalation": "CKV_K8S_20", "AllowedCapabilities": "CKV_K8S_25"}


def graph(scanner: Scanner, repo: pathlib.Path, listed: bool) -> None:
    table = Table(listed)
    base = repo / "tests/kubernetes/graph/checks/resources"
    folders = [base / name for name in GRAPH if (base / name).exists()]
    scanner.scan(folders)
    for folder in folders:
        text = (folder / "expected.yaml").read_text()
        parts = dict(re.findall(r"^(pass|fail):\s*\n((?:\s*-.*\n?)*)", text, re.M))
        # checkov names the pods of a template Pod.namespace.name.labels; they are the workload's here.
        found = {".".join(row["subject"].split(".", 2)[1:]) for row in scanner.of(folder, GRAPH[folder.name])}
        for kind, wanted in (("fail", True), ("pass", False)):
            for name in re.findall(r"-\s*['\"]?([^'\"\s]+)", parts.get(kind, "")):
                rest = name.split(".", 1)[1]
                there = any(rest == one or rest.startswith(one + ".") for one in found)
                table.add(f"{GRAPH[folder.name]} {name} should {kind}", int(there == wanted), 1, ", ".join(sorted(found)))
    table.show("checkov: graph checks")


# The queries of the KICS-style set and our rules that ask the same.
KICS = {
    "always_admit_admission_control_plugin_set": "210", "always_pull_images_admission_control_plugin_not_set": "211",
    "anonymous_auth_is_not_set_to_false": "200 247 300", "audit_log_maxage_not_properly_set": "224",
    "audit_log_maxbackup_not_properly_set": "225", "audit_log_maxsize_not_properly_set": "226",
    "audit_log_path_not_set": "223", "audit_policy_file_not_defined": "259", "authorization_mode_node_not_set": "207",
    "authorization_mode_rbac_not_set": "208", "authorization_mode_set_to_always_allow": "206 248 301",
    "auto_tls_set_to_true": "243", "basic_auth_file_is_set": "201", "bind_address_not_properly_set": "240",
    "client_certificate_authentication_not_setup_properly": "249 302",
    "cluster_admin_role_binding_with_super_user_permissions": "93", "cluster_allows_unsafe_sysctls": "025 182",
    "container_is_privileged": "001", "container_runs_unmasked": "024 181", "containers_run_with_low_uid": "005",
    "containers_running_as_root": "003", "containers_with_added_capabilities": "017 018",
    "containers_with_sys_admin_capabilities": "017", "cpu_limits_not_set": "041", "cpu_requests_not_set": "040",
    "cronjob_deadline_not_configured": "155", "dashboard_is_enabled": "160", "deployment_has_no_pod_anti_affinity": "132",
    "deployment_without_pod_disruption_budget": "148", "docker_daemon_socket_is_exposed_to_containers": "010",
    "encryption_provider_config_is_not_defined": "233",     "etcd_client_certificate_authentication_set_to_false": "242", "etcd_client_certificate_file_not_defined": "232",
    "etcd_peer_client_certificate_authentication_set_to_false": "245", "etcd_peer_tls_certificate_files_not_properly_set": "244",
    "etcd_tls_certificate_files_not_properly_set": "241", "etcd_tls_certificate_not_properly_configured": "230",
    "event_rate_limit_admission_control_plugin_not_set": "217", "hpa_targeted_deployments_with_configured_replica_count": "144",
    "image_policy_webhook_admission_control_plugin_not_set": "218",
    "image_pull_policy_of_container_is_not_always": "032", "image_without_digest": "031",
    "ingress_controller_exposes_workload": "121", "insecure_bind_address_set": "219", "insecure_port_not_properly_set": "220",
    "invalid_image": "030", "kubelet_certificate_authority_not_set": "205", "kubelet_client_certificate_or_key_not_set": "204",
    "kubelet_client_periodic_certificate_switch_disabled": "257 303",
    "kubelet_hostname_override_is_set": "254", "kubelet_https_set_to_false": "203", "kubelet_not_managing_ip_tables": "253 305",
    "kubelet_protect_kernel_defaults_set_to_false": "252 306", "kubelet_read_only_port_is_not_set_to_zero": "250 307",
    "kubelet_streaming_connection_timeout_disabled": "251 308", "liveness_probe_is_not_defined": "050",
    "memory_limits_not_defined": "043", "memory_requests_not_defined": "042", "metadata_label_is_invalid": "154",
    "missing_app_armor_config": "021", "namespace_lifecycle_admission_control_plugin_disabled": "214 260",
    "net_raw_capabilities_disabled_for_psp": "176", "net_raw_capabilities_not_being_dropped": "016",
    "network_policy_is_not_targeting_any_pod": "118", "no_drop_capabilities_for_containers": "029",
    "node_restriction_admission_control_plugin_not_set": "216", "non_kube_system_pod_with_host_mount": "012 027",
    "not_limited_capabilities_for_pod_security_policy": "178", "object_is_using_a_deprecated_api_version": "149",
    "peer_auto_tls_set_to_true": "246", "permissive_access_to_create_pods": "089",
    "pod_or_container_without_limit_range": "157", "pod_or_container_without_resource_quota": "158",
    "pod_or_container_without_security_context": "022 023", "pod_security_policy_admission_control_plugin_not_set": "215",
    "privilege_escalation_allowed": "002", "profiling_not_set_to_false": "222 309", "psp_allows_privilege_escalation": "174",
    "psp_allows_sharing_host_ipc": "172", "psp_allows_sharing_host_pid": "171",
    "psp_containers_share_host_network_namespace": "173", "psp_set_to_privileged": "170", "psp_with_added_capabilities": "177",
    "psp_with_unrestricted_access_to_host_path": "180", "rbac_roles_allow_privilege_escalation": "084",
    "rbac_roles_with_attach_permission": "087", "rbac_roles_with_exec_permission": "086",
    "rbac_roles_with_impersonate_permission": "085", "rbac_roles_with_portforwarding_permissions": "088",
    "rbac_roles_with_read_secrets_permissions": "081", "rbac_wildcard_in_rule": "080",
    "readiness_probe_is_not_configured": "051", "request_timeout_not_properly_set": "227",
    "role_binding_to_default_service_account": "062", "root_ca_file_not_defined": "238",
    "root_container_not_mounted_as_read_only": "019", "root_containers_admitted": "175",
    "rotate_kubelet_server_certificate_not_active": "239 310", "seccomp_profile_is_not_configured": "020",
    "secrets_as_environment_variables": "071 075", "secure_port_set_to_zero": "221",
    "security_context_deny_admission_control_plugin_not_set": "212", "service_account_admission_control_plugin_disabled": "213 261",
    "service_account_allows_access_secrets": "100", "service_account_key_file_not_properly_set": "229",
    "service_account_lookup_set_to_false": "228", "service_account_name_undefined_or_empty": "064",
    "service_account_private_key_file_not_defined": "237", "service_account_token_automount_not_disabled": "060",
    "service_does_not_target_pod": "115 116", "service_type_is_nodeport": "111", "service_with_external_load_balancer": "113",
    "shared_host_ipc_namespace": "008", "shared_host_network_namespace": "009", "shared_host_pid_namespace": "007",
    "shared_service_account": "067", "statefulset_has_no_pod_anti_affinity": "132",
    "statefulset_without_pod_disruption_budget": "148",
    "terminated_pod_garbage_collector_threshold_not_properly_set": "235",
    "tiller_deployment_is_accessible_from_within_the_cluster": "163", "tiller_is_deployed": "161",
    "tiller_service_is_not_deleted": "162", "tls_connection_certificate_not_setup": "231 311",
    "token_auth_file_is_set": "202", "use_service_account_credentials_not_set_to_true": "236",
    "using_kubernetes_native_secret_management": "074", "using_unrecommended_namespace": "063 068",
    "volume_mount_with_os_directory_write_permissions": "028", "weak_tls_cipher_suites": "234 258 312",
    "workload_host_port_not_specified": "110", "workload_mounting_with_sensitive_os_directory": "011 014",
}


def kics(scanner: Scanner, repo: pathlib.Path, listed: bool) -> None:
    table, unknown, extra, negative = Table(listed), [], 0, 0
    base = repo / "assets/queries/k8s"
    folders = sorted(path / "test" for path in base.iterdir() if (path / "test").exists())
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in (".yaml", ".yml", ".json")
             and "expected_result" not in path.name]
    scanner.scan(files)
    for folder in folders:
        query = folder.parent.name
        expected = collections.Counter()
        for path in folder.glob("*expected_result*.json"):
            for one in json.loads(path.read_text()):
                name = one.get("fileName") or one.get("filename") or "positive.yaml"
                expected[name, one["line"]] += 1
        if query not in KICS:
            unknown.append(f"{query} ({expected.total()})")
            continue
        rules = {f"CRM-K8S-{number:0>3}" for number in KICS[query].split()}
        found = collections.Counter()
        for path in files:
            if path.parent != folder:
                continue
            rows = [row for row in scanner.found[str(path)] if row.get("rule") in rules]
            if path.name.startswith("negative"):
                negative += len(rows)
                for row in rows if listed else []:
                    table.disagreements.append(f"{query}: negative {path.name}:{row['line']}  {row['message']}")
            for row in rows if path.name.startswith("positive") else []:
                found[path.name, row["line"]] += 1
        # Several of one line are one: which of them a tool tells apart is its own affair.
        matched = len(set(found) & set(expected))
        extra += len(set(found) - set(expected))
        table.add(query, matched, len(expected), f"missed {sorted(set(expected) - set(found))}, instead {sorted(set(found) - set(expected))}")
    table.show("KICS-style: exact lines")
    print(f"    beside them {extra} other lines in positive files, {negative} findings in negative files")
    print(f"    not carried: {', '.join(unknown)}")


def kube_linter(scanner: Scanner, repo: pathlib.Path, listed: bool) -> None:
    """Counts of its end to end tests: each has one file, one check and how often it is found."""
    table = Table(listed)
    cases = []
    for test in re.split(r'\n@test "', (repo / "e2etests/bats-tests.sh").read_text())[1:]:
        file = re.search(r'tmp="(tests/checks/[^"]+)"', test)
        check = re.search(r"--include ([\w-]+)", test)
        count = re.search(r'"\$\{count\}" == "(\d+)"', test)
        if file and check and (repo / file[1]).exists():
            cases.append((check[1], repo / file[1], int(count[1]) if count else 0))
    scanner.scan(sorted({case[1] for case in cases}))
    for check, path, expected in cases:
        rows = scanner.of(path, check)
        if not any(check in row.get("aliases", ()) for rows_ in scanner.found.values() for row in rows_) and not rows:
            table.add(check, 0, expected, "not carried, or never found")
            continue
        table.add(check, max(0, expected - abs(expected - len(rows))), expected, "found " + "; ".join(
            f"{row['line']} {row['message'][:70]}" for row in rows))
    table.show("kube-linter: findings of its tests")


def beside_checkov(scanner: Scanner, tree: pathlib.Path, program: str, listed: bool) -> None:
    """Failures on the rules both have, by file, check and resource, without the namespace."""
    begin = time.monotonic()
    output = subprocess.run([program, "-d", str(tree), "--framework", "kubernetes", "--compact", "-o", "json"],
                            capture_output=True, text=True, check=False)
    theirs_took = time.monotonic() - begin
    begin = time.monotonic()
    scanner.scan([tree])
    ours_took = time.monotonic() - begin
    theirs = set()
    for failed in json.loads(output.stdout)["results"]["failed_checks"]:
        kind, _, name = failed["resource"].split(".", 2)
        theirs.add((failed["file_path"].lstrip("/"), failed["check_id"], f"{kind}.{name}"))
    ours = set()
    for row in scanner.found[str(tree)]:
        if "rule" in row:
            kind, _, name = row["subject"].split(".", 2)
            ours |= {(row["path"], alias, f"{kind}.{name}") for alias in row["aliases"] if alias.startswith("CKV")}
    # A manifest that overlays use is called here as they call it, with their prefixes and suffixes.
    renamed = {row: next((own for own in ours - theirs if own[:2] == row[:2] and row[2].split(".", 1)[0] ==
                          own[2].split(".", 1)[0] and row[2].split(".", 1)[1] in own[2]), None) for row in theirs - ours}
    ours = (ours - set(renamed.values())) | {row for row, own in renamed.items() if own}
    print(f"{'beside checkov: of its failures':<40} {len(theirs & ours):>5} of {len(theirs):<5} "
          f"{len(theirs & ours) / max(len(theirs), 1):7.1%}   {len(ours - theirs)} only here; "
          f"{theirs_took:.1f} s and {ours_took:.2f} s: {theirs_took / ours_took:.0f} times")
    for title, rows in (("only checkov", theirs - ours), ("only here", ours - theirs)):
        for row in sorted(rows) if listed else []:
            print(f"    {title}: {' '.join(row)}")


def unpack(repository: pathlib.Path, paths: list[str], folder: pathlib.Path) -> None:
    """These paths of the newest commit, as far as the copy has them."""
    for path in paths:
        archive = subprocess.run(["git", "-C", repository, "archive", "HEAD", path], capture_output=True, check=False)
        if archive.returncode == 0:
            subprocess.run(["tar", "x", "-C", folder], input=archive.stdout, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, help="built where it is left out")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--part", choices=["checkov", "kics", "kube-linter"])
    parser.add_argument("--beside", type=pathlib.Path, help="a tree that checkov is run on as well")
    parser.add_argument("--checkov", default="checkov", help="its program")
    options = parser.parse_args()
    if options.program is None:
        options.program = ROOT / "build/release/bin/scan_kubernetes_bench"
        subprocess.run(["cmake", "--build", ROOT / "build/release", "--target", options.program.name], check=True)
    scanner = Scanner(options.program)
    parts = {"checkov": ("bridgecrewio+checkov", "tests/kubernetes checkov/kubernetes", checkov),
             "kics": ("DataDog+datadog-iac-scanner", "assets/queries/k8s", kics),
             "kube-linter": ("stackrox+kube-linter", "tests e2etests pkg/templates", kube_linter)}
    for part, (name, paths, hold) in parts.items():
        repository = options.data / name / "repo"
        if options.part not in (None, part) or not repository.exists():
            continue
        with tempfile.TemporaryDirectory(prefix="crema-kubernetes-") as folder:
            unpack(repository, paths.split(), pathlib.Path(folder))
            hold(scanner, pathlib.Path(folder), options.list)
    if options.beside:
        beside_checkov(scanner, options.beside.resolve(), options.checkov, options.list)
    return 0


if __name__ == "__main__":
    sys.exit(main())
