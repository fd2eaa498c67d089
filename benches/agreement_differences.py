# Read by agreement.py: where we differ from a specialist on purpose, or it errs; each with its reason and with what a unit
# must show for the reason to hold. What no entry explains is printed as UNEXPLAINED.

STRANGERS = re.compile(
    r"\$\{\{[^}]*\b(github\.head_ref|github\.event\.(issue|pull_request|comment|review|discussion)\.(title|body)"
    r"|github\.event\.pull_request\.head\.(ref|label)|github\.event\.(head_commit|commits)[^}]*\.message"
    r"|github\.event\.workflow_run\.(head_branch|display_title))\b"
)
# The workflow that a job calls with all secrets.
INHERITING = re.compile(r"uses:\s*['\"]?(\S+)[^\n]*\n(?:(?!\s*-?\s*uses:)[^\n]*\n)*?\s+secrets:\s*inherit")
MOVING_TAG = re.compile(r"(?m)^\s*(FROM|-?\s*image:)\s+(--platform=\S+\s+)?\S+:(?!.*\d+\.\d)[^\s@]*(\s|$)")


def fact(unit, name):
    return unit.facts.get(name) or 0


def lines(unit, pattern):
    return re.search(pattern, unit.text, re.MULTILINE) is not None


def scripts(text):
    """Lines of `run` and `script` blocks: those that are indented deeper than their key."""
    found, depth = [], None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if depth is not None and (not line.strip() or indent > depth):
            found.append(line)
            continue
        depth = None
        key = re.match(r"\s*(- )?(run|script):", line)
        if key:
            depth = indent + len(key.group(1) or "")
            found.append(line)
    return "\n".join(found)


# --- Dockerfiles

difference("dockerfile", "root_users", "theirs", "the base is not one whose user we know: our fact is unknown, no pass",
           lambda unit: fact(unit, "unknown_users") > 0)
difference("dockerfile", "root_users", "theirs", "the base itself starts as another user (`:nonroot`); checkov asks for a `USER` line",
           lambda unit: unit.facts.get("final_user") == "non-root")
difference("dockerfile", "root_users", "theirs", "a start script gives root up before the program; ours is then likely",
           lambda unit: fact(unit, "dropped_privileges") > 0)
difference("dockerfile", "unpinned_images", "theirs", "checkov does not fill in the `ARG` that names the base",
           lambda unit: lines(unit, r"^FROM\s+.*\$"))
difference("dockerfile", "unpinned_images", "ours", "a tag without version (`nonroot`, `alpine`, `edge`) moves like `latest`; they look for `latest` alone",
           lambda unit: MOVING_TAG.search(unit.text))
difference("dockerfile", "unpinned_images", "ours", "a tag `latest-…` says itself that it moves; they look for `latest` alone",
           lambda unit: lines(unit, r"^FROM\s+(--platform=\S+\s+)?\S+:latest-"))
difference("dockerfile", "shell_form_entrypoints", "ours", "`[\"sh\", \"-c\", …]` without `exec` keeps the shell as process 1; hadolint looks at the brackets alone",
           lambda unit: lines(unit, r"^(CMD|ENTRYPOINT)\s*\[\s*\"(/bin/|/usr/bin/)?(ba|da|a)?sh\""))
difference("dockerfile", "shell_form_entrypoints", "theirs", "hadolint means the `CMD` of `HEALTHCHECK`, which is no main process",
           lambda unit: lines(unit, r"^\s*(HEALTHCHECK\b.*)?CMD\s+[^\[\s]"))
difference("dockerfile", "shell_form_entrypoints", "theirs", "the shell form is in a stage that is not the final one, or ends in `exec`",
           lambda unit: len(re.findall(r"(?mi)^FROM\s", unit.text)) > 1 or lines(unit, r"^(CMD|ENTRYPOINT)\s+.*\bexec\b"))

# --- Kubernetes

NOT_READ = "YAML with a duplicate key, which kubectl refuses: ours is a parse error; checkov takes the last"
for name in ("run_as_root", "writable_roots", "kept_capabilities", "privilege_escalation", "without_seccomp", "mounted_tokens",
             "without_cpu_request", "without_memory_request", "without_memory_limit", "without_readiness_probe", "unpinned_images"):
    difference("kubernetes", name, "theirs", NOT_READ, lambda unit: fact(unit, "parse_errors") > 0)
    difference("kubernetes", name, "theirs", "a patch that deletes an object; there is no pod to judge",
               lambda unit: lines(unit, r"^\$patch: delete"))
difference("kubernetes", "without_seccomp", "theirs", "a patch without containers; there is no pod to judge",
           lambda unit: not lines(unit, r"\bcontainers:"))
difference("kubernetes", "wildcard_rules custom_wildcard_rules", "theirs", "an operator adds its own kinds to the cluster's admin, edit or view role: ours is a hint",
           lambda unit: lines(unit, r"aggregate-to-(admin|edit|view)"))
difference("kubernetes", "without_readiness_probe", "theirs", "nothing reaches the container: no port, a job, or a patch; checkov asks every container",
           lambda unit: not lines(unit, r"containerPort:") or lines(unit, r"^kind: (Cron)?Job"))
difference("kubernetes", "without_readiness_probe", "theirs", "the container without a probe declares no port",
           lambda unit: lines(unit, r"readinessProbe:"))
difference("kubernetes", "unpinned_images", "ours", "a tag without version (`alpine`, `beta`, `e2e`) moves like `latest`",
           lambda unit: MOVING_TAG.search(unit.text))
difference("kubernetes", "unpinned_images", "theirs", "no image, or one that something fills in: ours is unknown",
           lambda unit: fact(unit, "unresolved_images") > 0)
for name in ("without_cpu_request", "without_memory_request"):
    difference("kubernetes", name, "ours", "checkov gives no result where `resources` has no `requests`",
               lambda unit: lines(unit, r"resources:"))
difference("kubernetes", "host_paths", "ours", "\"baseline\" forbids every `hostPath`; CKV_K8S_27 looks for the Docker socket alone",
           lambda unit: lines(unit, r"hostPath:") and "docker.sock" not in unit.text)
difference("kubernetes", "wildcard_rules custom_wildcard_rules", "ours", "checkov looks at the first rule of a role alone",
           lambda unit: len(re.findall(r"(?m)^\s*-\s+(apiGroups|resources|verbs|nonResourceURLs):", unit.text)) > 1)
difference("kubernetes", "escalating_rules", "theirs", "`*` allows it too: ours counts it once, as a wildcard",
           lambda unit: fact(unit, "wildcard_rules") > 0)

for name in ("run_as_root", "writable_roots", "kept_capabilities", "privilege_escalation", "without_seccomp", "mounted_tokens",
             "without_cpu_request", "without_memory_request", "without_memory_limit"):
    difference("kubernetes", name, "ours", "`${…}` stands where a name belongs: checkov gives no result",
               lambda unit: "${" in unit.text)
difference("kubernetes", "added_capabilities", "theirs", "`NET_BIND_SERVICE` is one that \"baseline\" allows; checkov asks for none at all",
           lambda unit: lines(unit, r"NET_BIND_SERVICE"))

# --- Workflows

NO_RESULT = "zizmor cannot read the workflow and gives no result"
for name in ("branch_actions unpinned_actions official_tags unpinned_images", "missing_permissions write_all_permissions broad_permissions"):
    difference("workflow", name, "ours", NO_RESULT, lambda unit: "zizmor parsing error" in unit.theirs)
difference("workflow", "branch_actions unpinned_actions official_tags unpinned_images", "ours", "an image by tag: we ask for a digest, zizmor only for a tag",
           lambda unit: fact(unit, "unpinned_images") > 0 and not any(fact(unit, n) for n in ("branch_actions", "unpinned_actions", "official_tags")))
difference("workflow", "branch_actions unpinned_actions official_tags unpinned_images", "theirs", "the SLSA generator accepts tags alone, by its own documentation",
           lambda unit: "slsa-framework/slsa-github-generator/" in unit.text)
difference("workflow", "missing_permissions write_all_permissions broad_permissions", "theirs", "`read-all` writes nothing",
           lambda unit: lines(unit, r"permissions:\s*read-all"))
difference("workflow", "missing_permissions write_all_permissions broad_permissions", "theirs", "write access at the top of a workflow with one job reaches no other job",
           lambda unit: lines(unit, r"^permissions:"))
difference("workflow", "inherited_secrets", "theirs", "the called workflow lies in the same repository: ours is a hint",
           lambda unit: all(called.startswith("./") for called in INHERITING.findall(unit.text)))
difference("workflow", "dangerous_checkouts", "theirs", "the trigger alone does no harm: we ask for a checkout of foreign code; ours is a hint",
           lambda unit: fact(unit, "dangerous_checkouts") == 0)
difference("workflow", "dangerous_checkouts", "ours", "an inline comment of zizmor; a dangerous matter stays counted, as likely",
           lambda unit: lines(unit, r"zizmor:\s*ignore\[dangerous-triggers\]"))
difference("workflow", "script_injections", "theirs", "no expression that strangers write in a script: inputs, matrix, step outputs, hashes, refs of the repository",
           lambda unit: not STRANGERS.search(scripts(unit.text)))

DECISION = re.compile(r"\b(contains|startsWith|endsWith)\([^()]*\)|[\w.*\[\]-]+\s*[!=]=\s*('[^']*'|[\w.*\[\]-]+)", re.IGNORECASE)
difference("workflow", "script_injections", "theirs", "an expression that only decides pastes true or false",
           lambda unit: not STRANGERS.search(DECISION.sub("", scripts(unit.text))))

# --- actionlint, kube-linter, kube-score, Polaris

KUBE = ("kube-linter", "kube-score", "polaris")
NEW_FACTS = sorted({(kind, names) for kind, names, rules in RULES if rules[0].split()[0] in KUBE})


def kind(unit, *names):
    return lines(unit, rf"^kind:\s*({'|'.join(names)})\b")


def is_patch(unit):
    """A workload of which kustomize fills in the rest."""
    is_whole = lines(unit, r"^\s+selector:") and lines(unit, r"\bimage:\s*\S")
    return kind(unit, "Deployment", "StatefulSet", "DaemonSet") and not is_whole


def half_named(unit):
    """Some of its objects name their namespace, others leave it to whoever applies them."""
    named = [lines_in(part, r"^  namespace:") for part in unit.text.split("---\n")]
    return any(named) and not all(named)


def lines_in(text, pattern):
    return re.search(pattern, text, re.MULTILINE) is not None


def serves(unit):
    return fact(unit, "serving_workloads") > 0


for of, names in NEW_FACTS:
    difference(of, names, "ours", "kube-score does not judge ReplicationControllers",
               lambda unit: kind(unit, "ReplicationController"), "kube-score")
difference("kubernetes", "unencrypted_routes", "ours", "Polaris looks at `Ingress` alone: not at services of type LoadBalancer, gateways and routes of others",
           lambda unit: not kind(unit, "Ingress"), "polaris")
for tool in KUBE:
    for of, names in NEW_FACTS:
        difference(of, names, "theirs", "YAML that the standard forbids (a duplicate key, a quoted text that goes on too far left): ours is a parse error",
                   lambda unit: fact(unit, "parse_errors") > 0, tool)
        difference(of, names, "ours", "an API version that the tool no longer reads",
                   lambda unit: fact(unit, "removed_apis") + fact(unit, "later_removed_apis") > 0, tool)
        difference(of, names, "ours", "the tool cannot read the object and gives no result",
                   lambda unit, tool=tool: f"{tool} parsing error" in unit.theirs, tool)
        difference(of, names, "ours", "`${…}` stands where a number or a name belongs: the tool cannot read the object",
                   lambda unit: "${" in unit.text, tool)
        for side in ("ours", "theirs"):
            difference(of, names, side, "a patch: kustomize fills in what is missing", is_patch, tool)
    difference("kubernetes", "unpinned_images", "theirs", "no image, or one that something fills in: ours is unknown",
               lambda unit: fact(unit, "unresolved_images") > 0, tool)
    difference("kubernetes", "unpinned_images", "ours", "a tag without version (`alpine`, `beta`, `e2e`) moves like `latest`",
               lambda unit: MOVING_TAG.search(unit.text), tool)
    for names in ("without_cpu_request", "without_memory_request", "without_cpu_request without_memory_request without_memory_limit"):
        difference("kubernetes", names, "theirs", "a limit is also the request (Kubernetes fills it in)",
                   lambda unit: lines(unit, r"^\s*limits\s*:"), tool)
    difference("kubernetes", "without_readiness_probe", "theirs", "nothing reaches the container: no port, a job, or no service of the set",
               lambda unit: not lines(unit, r"containerPort:") or kind(unit, "Job", "CronJob"), tool)
    difference("manifests", "without_readiness_probe", "theirs", "no service of the set leads to the container",
               lambda unit: unit.facts.get("without_readiness_probe") is None, tool)
    difference("manifests", "single_replicas", "theirs", "no service of the set leads to the workload",
               lambda unit: not serves(unit), tool)
    difference("kubernetes", "without_readiness_probe", "theirs", "the container without a probe declares no port",
               lambda unit: lines(unit, r"readinessProbe:"), tool)
    difference("kubernetes", "exec_rules", "theirs", "`*` allows it too: ours counts it once, as a wildcard",
               lambda unit: fact(unit, "wildcard_rules") + fact(unit, "custom_wildcard_rules") > 0, tool)
    difference("kubernetes", "abrupt_rollouts", "theirs", "a volume that one pod owns, or nothing that a service leads to: `Recreate` loses no request",
               lambda unit: not serves(unit) or lines(unit, r"persistentVolumeClaim:|volumeClaimTemplates:"), tool)
    difference("manifests", "unisolated_workloads", "theirs", "the tool asks for a policy of what goes out as well; ours asks who may come in",
               lambda unit: kind(unit, "NetworkPolicy"), tool)
    difference("manifests", "without_disruption_budget", "theirs", "no workload behind a service runs two pods: a budget would only block drains",
               lambda unit: unit.facts.get("without_disruption_budget") is None, tool)
    difference("manifests", "unspread_workloads", "theirs", "no workload behind a service runs two pods, or `replicas` is left out, which is one",
               lambda unit: unit.facts.get("unspread_workloads") is None, tool)
    for names in ("dangling_services", "dangling_routes", "without_readiness_probe"):
        for side in ("ours", "theirs"):
            difference("manifests", names, side, "an object without a namespace goes wherever it is applied: ours joins it with those that name theirs",
                       half_named, tool)
    for names in ("dangling_services", "dangling_routes", "dangling_autoscalers"):
        difference("manifests", names, "theirs", "the tool cannot read an object of the set (`value: true` is no text) and so does not see its pods",
                   lambda unit, tool=tool: f"{tool} parsing error" in unit.theirs, tool)
    difference("manifests", "dangling_autoscalers", "theirs", "a target without `apiVersion`, or of a kind that the tool does not know",
               lambda unit: not re.search(r"scaleTargetRef:\s*\n(\s+\w+:.*\n){0,2}?\s+apiVersion:\s*apps/v1", unit.text), tool)
    difference("manifests", "dangling_services", "theirs", "no pod in the set at all, or a service without selector: something else brings them",
               lambda unit: not fact(unit, "workloads") or "selector:" not in unit.text, tool)

for of, names in NEW_FACTS:
    difference(of, names, "ours", "Polaris leaves out controllers of well-known names (cert-manager, metrics-server, …), by its default configuration",
               lambda unit: lines(unit, r"name:\s*(cert-manager|docker-registry|ingress-nginx|metrics-server|oauth2-proxy)"), "polaris")
for names in ("without_cpu_request", "without_memory_request", "without_memory_limit"):
    difference("kubernetes", names, "ours", "Polaris leaves init containers out; ours counts them, with less weight",
               lambda unit: lines(unit, r"initContainers:"), "polaris")
difference("kubernetes", "kept_capabilities", "ours", "kube-linter asks nothing where no capability is named; the standard \"restricted\" asks to drop all",
           lambda unit: not lines(unit, r"capabilities:") or "NET_RAW" in unit.text, "kube-linter")
difference("kubernetes", "privilege_escalation", "ours", "kube-linter asks for a written `true`; left out it is true",
           lambda unit: not lines(unit, r"allowPrivilegeEscalation:\s*true"), "kube-linter")
difference("kubernetes", "host_paths", "ours", "\"baseline\" forbids every `hostPath`; kube-linter has a list of nine",
           lambda unit: lines(unit, r"hostPath:"), "kube-linter")
difference("kubernetes", "variable_secrets", "ours", "kube-linter looks for the word `secret` in the name alone",
           lambda unit: not lines(unit, r"-\s*name:\s*[A-Z_]*SECRET"), "kube-linter")
difference("kubernetes", "removed_apis", "ours", "kube-linter knows the group `extensions` alone",
           lambda unit: not lines(unit, r"^apiVersion:\s*extensions/"), "kube-linter")
difference("kubernetes", "wildcard_rules custom_wildcard_rules", "theirs", "an operator adds its own kinds to the cluster's admin, edit or view role: ours is a hint",
           lambda unit: lines(unit, r"aggregate-to-(admin|edit|view)"), "kube-linter")
difference("kubernetes", "unspread_workloads", "theirs", "`topologySpreadConstraints` spread as well, or nothing that a service leads to",
           lambda unit: lines(unit, r"topologySpreadConstraints:") or not serves(unit), "kube-linter")
difference("manifests", "blocking_disruption_budgets", "theirs", "no workload behind a service runs two pods",
           lambda unit: unit.facts.get("blocking_disruption_budgets") is None, "kube-linter")
difference("manifests", "unisolated_workloads", "theirs", "a patch that deletes an object; there is no pod to judge",
           lambda unit: unit.facts.get("unisolated_workloads") is None, "kube-linter")

difference("kubernetes", "run_as_root", "theirs", "kube-score asks for a user and a group from 10000, whatever `runAsNonRoot` says",
           lambda unit: lines(unit, r"runAs(NonRoot|User|Group):") or not lines(unit, r"^\s*(-\s*)?image:"), "kube-score")
difference("kubernetes", "liveness_same_as_readiness", "ours", "kube-score does not compare probes by gRPC",
           lambda unit: lines(unit, r"^\s+grpc:"), "kube-score")
difference("kubernetes", "liveness_same_as_readiness", "theirs", "the same address with other headers or with more patience is another question",
           lambda unit: lines(unit, r"livenessProbe:"), "kube-score")
difference("kubernetes", "removed_apis later_removed_apis", "ours", "kube-score has no newer version of the kind in its list",
           lambda unit: not lines(unit, r"^apiVersion:\s*['\"]?(extensions|apps|batch|policy|autoscaling|networking\.k8s\.io)/v\d(alpha|beta)\d")
           or not kind(unit, "Deployment", "DaemonSet", "StatefulSet", "Ingress", "IngressClass", "CronJob", "PodDisruptionBudget", "HorizontalPodAutoscaler"), "kube-score")
difference("manifests", "dangling_services", "theirs", "kube-score does not see the pods of ReplicationControllers",
           lambda unit: kind(unit, "ReplicationController"), "kube-score")
for names in ("unspread_workloads", "without_disruption_budget", "single_replicas"):
    difference("manifests", names, "ours", "the minimum of an autoscaler decides how many pods run; kube-score reads `replicas` beside it",
               lambda unit: kind(unit, "HorizontalPodAutoscaler"), "kube-score")
difference("manifests", "single_replicas", "ours", "kube-score asks Deployments alone",
           lambda unit: kind(unit, "StatefulSet", "ReplicationController"), "kube-score")
difference("manifests", "single_replicas", "theirs", "a volume that one pod owns: ours is a hint",
           lambda unit: lines(unit, r"persistentVolumeClaim:|claimName:"), "kube-score")
difference("manifests", "without_readiness_probe", "ours", "kube-score asks for one probe in a pod, and for a service in the set",
           lambda unit: lines(unit, r"readinessProbe:") or not kind(unit, "Service"), "kube-score")

difference("kubernetes", "unencrypted_routes", "theirs", "an annotation brings the certificate, or the ingress is of the cluster's inside",
           lambda unit: lines(unit, r"managed-certificates:|certificate-arn:|knative"), "polaris")
difference("kubernetes", "added_capabilities", "ours", "Polaris knows three capabilities; \"baseline\" names those that may be added",
           lambda unit: lines(unit, r"capabilities:"), "polaris")
difference("kubernetes", "exec_rules", "ours", "ours looks at `nodes/proxy`, too, which runs commands by the kubelet",
           lambda unit: "nodes/proxy" in unit.text, "polaris")
difference("kubernetes", "variable_secrets", "theirs", "a name with `token` or `password` in it that describes a secret (`TOKEN_EXPIRY_SECONDS`)",
           lambda unit: fact(unit, "variable_secrets") == 0, "polaris")
difference("kubernetes", "config_secrets", "theirs", "the name of a file or a setting with `token` or `secret` in it, without a secret in the value",
           lambda unit: not lines(unit, r"^\s+[A-Z_]*PASSWORD:\s*\S"), "polaris")
difference("manifests", "mounted_tokens", "theirs", "the account has rights in the set: the token is needed",
           lambda unit: kind(unit, "RoleBinding", "ClusterRoleBinding") or lines(unit, r"serviceAccountName:"), "polaris")

difference("workflow", "insecure_commands", "theirs", "`set-output` and `save-state` are out of date, and do no harm; ours looks for `set-env` and `add-path`",
           lambda unit: lines(unit, r"::(set-output|save-state)"), "actionlint")
difference("workflow", "script_injections", "theirs", "no expression that strangers write in a script: inputs, matrix, step outputs, hashes, refs of the repository",
           lambda unit: not STRANGERS.search(scripts(unit.text)), "actionlint")

A_NAMESPACE = "a role of one namespace, or `*`, which ours counts once, as a wildcard"
for names in ("secret_readers", "pod_creators"):
    difference("manifests", names, "theirs", A_NAMESPACE,
               lambda unit: kind(unit, "Role") or fact(unit, "wildcard_rules") + fact(unit, "custom_wildcard_rules") > 0, "kube-linter")
    difference("manifests", names, "theirs", "the bound role is not in the set: kube-linter takes it for one that may do so",
               lambda unit: kind(unit, "ClusterRoleBinding", "RoleBinding"), "kube-linter")
    difference("manifests", names, "ours", "kube-linter asks for a binding in the same folder",
               lambda unit: not kind(unit, "ClusterRoleBinding"), "kube-linter")
difference("manifests", "unisolated_workloads", "ours", "the policy lets everybody in (`ingress: [{}]`), which isolates nothing",
           lambda unit: lines(unit, r"^\s*-\s*\{\}"), "kube-linter")
difference("manifests", "cluster_admin_bindings", "theirs", "the bound role is not in the set, or has `*`: ours counts that once, as a wildcard",
           lambda unit: kind(unit, "ClusterRoleBinding", "RoleBinding") and not lines(unit, r"name:\s*cluster-admin"), "polaris")
difference("manifests", "without_disruption_budget", "ours", "Polaris asks Deployments alone",
           lambda unit: kind(unit, "StatefulSet", "ReplicationController"), "polaris")
difference("kubernetes", "exec_rules", "theirs", "a role that gathers others has no rules of its own",
           lambda unit: lines(unit, r"^aggregationRule:"), "polaris")
difference("kubernetes", "variable_secrets", "ours", "Polaris looks for `password`, `token`, `secret` and `bearer` in the name",
           lambda unit: not lines(unit, r"(?i)name:.*(password|token|secret|bearer)"), "polaris")
difference("kubernetes", "config_secrets", "ours", "Polaris looks at the names of keys; ours finds a password in an address",
           lambda unit: lines(unit, r"://[^/\s:]+:[^@\s]+@"), "polaris")
difference("manifests", "dangling_routes", "ours", "kube-score does not look at `defaultBackend`",
           lambda unit: lines(unit, r"defaultBackend:"), "kube-score")
difference("kubernetes", "run_as_root", "theirs", "`runAsUser` names another user than 0, which holds whatever `runAsNonRoot` says",
           lambda unit: lines(unit, r"runAsUser:\s*[1-9]"), "polaris")
for names in ("unisolated_workloads", "mounted_tokens"):
    difference("manifests", names, "ours", "Polaris gives no such result for objects without a name",
               lambda unit: lines(unit, r"generateName:"), "polaris")
for tool in ("kube-linter", "kube-score"):
    difference("manifests", "dangling_autoscalers", "ours", "the tool knows HorizontalPodAutoscalers alone; ours reads KEDA's ScaledObject, too",
               lambda unit: kind(unit, "ScaledObject"), tool)
