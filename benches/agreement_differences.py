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
