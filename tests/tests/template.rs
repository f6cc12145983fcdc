//! `template.yaml`, the code and `events/` tell the same story; what must never be in the template is not there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use shared::endpoint::Endpoint;
use shared::env::Env;
use shared::http::Route;
use shared::lambda::Consumer;
use tests::runtime_api::workspace;

fn template() -> Value {
    let text = fs::read_to_string(workspace().join("template.yaml")).expect("template.yaml");
    untagged(serde_yaml_ng::from_str(&text).expect("template.yaml is YAML"))
}

/// `!Sub x` as `{"Fn::Sub": x}`, as CloudFormation itself reads it.
fn untagged(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(bool) => bool.into(),
        Yaml::Number(number) => serde_json::to_value(number).expect("a number"),
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(untagged).collect(),
        Yaml::Mapping(members) => members
            .into_iter()
            .map(|(name, value)| (name.as_str().expect("a name").to_owned(), untagged(value)))
            .collect(),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let name = if matches!(tag, "Ref" | "Condition") { tag.to_owned() } else { format!("Fn::{tag}") };
            json!({ name: untagged(tagged.value) })
        }
    }
}

fn resources(of_type: &str) -> BTreeMap<String, Value> {
    let template = template();
    let all = template["Resources"].as_object().expect("Resources").clone();
    all.into_iter().filter(|(_, resource)| resource["Type"] == of_type).collect()
}

/// Each function's name and routes, from the code.
fn functions() -> BTreeMap<&'static str, &'static [Route]> {
    fn http<E: Endpoint<bot::Bot>>() -> (&'static str, &'static [Route]) {
        (E::NAME, E::ROUTES)
    }
    let outbox: (&str, &[Route]) = (<outbox::Outbox as Consumer<bot::Bot>>::NAME, &[]);
    BTreeMap::from([
        http::<skill::Skill>(),
        http::<skill_check::SkillCheck>(),
        http::<sync_redirect::SyncRedirect>(),
        http::<sync_match::SyncMatch>(),
        http::<sync_failure::SyncFailure>(),
        http::<channel_callback::ChannelCallback>(),
        http::<unlink_callback::UnlinkCallback>(),
        http::<account_callback::AccountCallback>(),
        http::<work_request::WorkRequest>(),
        http::<work_callback::WorkCallback>(),
        outbox,
    ])
}

/// `skill-check` is `SkillCheck` in the template.
fn resource_name(function: &str) -> String {
    function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn folders(path: &str) -> BTreeSet<String> {
    fs::read_dir(workspace().join(path))
        .expect(path)
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_function_is_one_word_everywhere() {
    let names: BTreeSet<String> = functions().keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(folders("functions"), names, "functions/ and the code");
    let events: BTreeSet<String> = folders("events").into_iter().filter(|name| name != "bot").collect();
    assert_eq!(events, names, "events/ and the code");
    let in_template = resources("AWS::Serverless::Function");
    assert_eq!(in_template.len(), names.len(), "template.yaml and the code");
    for name in names {
        let properties = &in_template[&resource_name(&name)]["Properties"];
        assert_eq!(properties["CodeUri"], format!("target/lambda/{name}/"));
        assert_eq!(properties["FunctionName"]["Fn::Sub"], format!("${{AWS::StackName}}-{name}"));
    }
}

#[test]
fn the_gateway_has_exactly_the_routes_of_the_code_with_and_without_a_slash() {
    let api = &resources("AWS::Serverless::HttpApi")["Api"]["Properties"];
    let mut throttled: BTreeSet<String> =
        api["RouteSettings"].as_object().expect("throttles").keys().cloned().collect();
    for (function, routes) in functions() {
        let events = resources("AWS::Serverless::Function")[&resource_name(function)]["Properties"]["Events"].clone();
        let in_template: BTreeSet<String> = events
            .as_object()
            .expect("events")
            .values()
            .filter(|event| event["Type"] == "HttpApi")
            .map(|event| &event["Properties"])
            .map(|event| {
                format!("{} {}", event["Method"].as_str().expect("a method"), event["Path"].as_str().expect("a path"))
            })
            .collect();
        let in_code: BTreeSet<String> = routes
            .iter()
            .flat_map(|route| {
                [route.path.to_owned(), with_slash(route.path)].map(|path| format!("{} {path}", route.method))
            })
            .collect();
        assert_eq!(in_template, in_code, "{function}");
        for route in in_code {
            assert!(throttled.remove(&route), "{route} has no throttle of its own (T23)");
        }
    }
    assert!(throttled.is_empty(), "throttles of no route: {throttled:?}");
}

/// The gateway takes `/skill/x/` for another address than `/skill/x`: a greedy last segment catches it.
fn with_slash(path: &str) -> String {
    match path.strip_suffix('}') {
        Some(path) => format!("{path}+}}"),
        None => format!("{path}/"),
    }
}

#[test]
fn every_event_calls_a_route_of_its_function() {
    for (function, routes) in functions() {
        for event in tests::events::of(function) {
            let event: Value = serde_json::from_str(&event.event).expect("JSON");
            let Some(path) = event["rawPath"].as_str() else { continue };
            let method = event["requestContext"]["http"]["method"].as_str().expect("a method");
            let found = routes.iter().any(|route| route.method == method && route.captures(path).is_some());
            assert!(found, "events/{function}: {method} {path}");
        }
    }
}

#[test]
fn the_template_declares_the_variables_that_the_code_reads_and_no_other() {
    let asked = RefCell::new(BTreeSet::new());
    Env::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    let asked = asked.into_inner();
    let lambdas_own = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
    let variables = |at: &Value| -> BTreeSet<String> {
        at["Environment"]["Variables"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    let mut declared = variables(&template()["Globals"]["Function"]);
    for function in resources("AWS::Serverless::Function").values() {
        declared.extend(variables(&function["Properties"]));
    }
    let needed: BTreeSet<String> = asked.into_iter().filter(|name| !lambdas_own.contains(&name.as_str())).collect();
    assert_eq!(declared, needed);
}

#[test]
fn no_secret_has_a_value_in_the_template() {
    for function in resources("AWS::Serverless::Function").values() {
        let variables = function["Properties"]["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
        for secret in shared::secret::SecretName::ALL {
            if let Some(value) = variables.get(secret.as_str()) {
                assert_eq!(value, "", "{} belongs in SSM", secret.as_str());
            }
        }
    }
}

#[test]
fn t32_roles_name_their_actions_and_resources() {
    for (role, resource) in resources("AWS::IAM::Role") {
        assert!(
            resource["Properties"]["ManagedPolicyArns"].is_null(),
            "{role}: managed policies grant more than is needed"
        );
        for policy in resource["Properties"]["Policies"].as_array().expect("policies") {
            for statement in policy["PolicyDocument"]["Statement"].as_array().expect("statements") {
                let actions = list(&statement["Action"]);
                assert!(actions.iter().all(|action| !action.contains('*')), "{role}: {actions:?}");
                let tracing = actions.iter().all(|action| action.starts_with("xray:"));
                assert!(tracing || !list(&statement["Resource"]).contains(&"*".to_owned()), "{role}: {statement}");
                for action in actions.iter().filter(|action| action.starts_with("dynamodb:")) {
                    assert!(
                        used_by_the_store(action) || reads_the_stream(action),
                        "{role} may {action}, which nobody does"
                    );
                }
            }
        }
    }
    for (name, role) in resources("AWS::IAM::Role") {
        assert_eq!(role.to_string().contains("dynamodb:DeleteItem"), name == "OutboxRole", "{name}: only it deletes");
    }
    let outbox =
        template()["Resources"]["OutboxRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone();
    let erasures =
        outbox.as_array().expect("statements").iter().find(|one| one["Sid"] == "Erasures").expect("erasures");
    let keys = &erasures["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    assert_eq!(*keys, json!(["U#*", "GRP#*"]), "people and what groups have of them");
    for (role, keys) in [
        ("SyncRedirectRole", json!(["SAGA#*", "U#app#*", "OUT#*"])),
        ("SyncMatchRole", json!(["SAGA#*", "U#app#*", "OUT#*"])),
        ("SyncFailureRole", json!(["SAGA#*", "U#app#*"])),
        ("WorkRequestRole", json!(["WAP#*", "OUT#*"])),
        ("WorkCallbackRole", json!(["WAP#*", "OUT#*"])),
    ] {
        let policy = template()["Resources"][role]["Properties"]["Policies"][0].clone();
        let condition = &policy["PolicyDocument"]["Statement"][0]["Condition"]["ForAllValues:StringLike"];
        assert_eq!(condition["dynamodb:LeadingKeys"], keys, "{role}: state design, section 14");
        let first = &policy["PolicyDocument"]["Statement"][1];
        assert_eq!((&first["Sid"], leading_keys(first)), (&json!("FirstConnection"), json!(["U#warm"])), "{role}");
    }
    let skill = template()["Resources"]["SkillRole"]["Properties"]["Policies"][0].clone();
    let keys = &skill["PolicyDocument"]["Statement"][0]["Condition"]["ForAllValues:StringLike"];
    assert_eq!(keys["dynamodb:LeadingKeys"], json!(["U#*", "GRP#*", "RL#*", "OUT#*", "IDEM#otp#*"]));
    let channel = template()["Resources"]["ChannelCallbackRole"]["Properties"]["Policies"][0].clone();
    let [own, warm] = [0, 1].map(|at| channel["PolicyDocument"]["Statement"][at].clone());
    assert_eq!(own["Action"], json!(["dynamodb:PutItem", "dynamodb:UpdateItem"]), "it reads nothing");
    assert_eq!(leading_keys(&own), json!(["U#app#*", "U#oid#*", "OUT#*"]), "state design, section 14");
    assert_eq!(leading_keys(&warm), json!(["U#warm"]), "a key that no item has");
    let unlink = template()["Resources"]["UnlinkCallbackRole"]["Properties"]["Policies"][0].clone();
    let own = unlink["PolicyDocument"]["Statement"][0].clone();
    assert_eq!((&own["Action"], leading_keys(&own)), (&json!("dynamodb:UpdateItem"), json!(["U#app#*"])));
    let account = template()["Resources"]["AccountCallbackRole"]["Properties"]["Policies"][0].clone();
    let [own, puts] = [0, 1].map(|at| account["PolicyDocument"]["Statement"][at].clone());
    assert_eq!(leading_keys(&own), json!(["U#app#*", "IDEM#jti#*"]));
    assert_eq!((&puts["Action"], leading_keys(&puts)), (&json!("dynamodb:PutItem"), json!(["OUT#*"])));
    for (name, role) in resources("AWS::IAM::Role") {
        let is_callback = ["ChannelCallbackRole", "UnlinkCallbackRole", "AccountCallbackRole"].contains(&name.as_str());
        assert_eq!(role.to_string().contains("ADDR#"), is_callback, "{name}: whom Kakao calls");
        let policy = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone();
        let reads = policy.as_array().expect("statements").iter().find(|one| one["Sid"] == "KakaosAddresses").cloned();
        let only = reads.map(|one| (one["Action"].clone(), leading_keys(&one)));
        assert_eq!(only, is_callback.then(|| (json!("dynamodb:GetItem"), json!(["ADDR#kakao"]))), "{name}");
    }
    for (name, role) in resources("AWS::IAM::Role") {
        let reads = |secret: &str| role.to_string().contains(secret);
        let is_page = name == "SyncMatchRole" || name == "SyncFailureRole";
        let calls_kakao = name == "OutboxRole" || name == "SyncRedirectRole";
        let asks = calls_kakao || name == "SkillRole" || name == "AccountCallbackRole";
        assert_eq!(
            reads("/KAKAO_REST_API_KEY"),
            asks,
            "{name}: events, codes, one-time addresses, and whom a token names"
        );
        let compares_keys = name == "ChannelCallbackRole" || name == "UnlinkCallbackRole";
        let ends_links = calls_kakao || is_page;
        assert_eq!(reads("/KAKAO_ADMIN_KEYS"), ends_links || compares_keys, "{name}: ends links, or is shown the key");
        let hears = name == "WorkRequestRole" || name == "WorkCallbackRole";
        assert_eq!(
            reads("/TOKEN_SIGNING_KEY"),
            ends_links || hears,
            "{name}: only these open what is sealed or signed"
        );
        assert_eq!(reads("/WORK_PATH_SECRET"), hears, "{name}: only these are called by Kakao Work");
        assert_eq!(reads("/WORK_APP_KEY"), name == "OutboxRole", "{name}: only it speaks in Kakao Work");
        assert_eq!(reads("/KAKAO_CLIENT_SECRET"), name == "SyncRedirectRole", "{name}: only it exchanges codes");
    }
    assert!(!template()["Resources"]["SkillCheckRole"].to_string().contains("dynamodb:"), "skill-check has no table");
}

fn leading_keys(statement: &Value) -> Value {
    statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].clone()
}

/// The store makes a request of this kind: `dynamodb:UpdateItem` is `.update_item()`. A transaction needs the same actions, and one
/// that nothing else needs: `dynamodb:ConditionCheckItem` is `.condition_check()`.
fn used_by_the_store(action: &str) -> bool {
    let store = fs::read_to_string(workspace().join("shared/src/store/write.rs")).expect("the store");
    let call: String = action["dynamodb:".len()..]
        .chars()
        .flat_map(|letter| if letter.is_uppercase() { vec!['_', letter.to_ascii_lowercase()] } else { vec![letter] })
        .collect();
    let call = call.trim_start_matches('_');
    if call == "condition_check_item" {
        store.contains(".condition_check(")
    } else {
        store.contains(&format!(".{call}()"))
    }
}

/// What Lambda does in the outbox's name to bring it the stream.
fn reads_the_stream(action: &str) -> bool {
    let lambdas = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
    lambdas.iter().any(|name| action.ends_with(name))
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
        }
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

#[test]
fn timeouts_and_leases_fit_together() {
    let timeout = |function: &str| {
        resources("AWS::Serverless::Function")[function]["Properties"]["Timeout"].as_u64().expect("a timeout")
    };
    // threats-and-faults, section 3: a skill function outlives its own hard goal of 4 s and no more.
    assert_eq!((timeout("Skill"), timeout("SkillCheck")), (6, 6));
    assert_eq!((timeout("ChannelCallback"), timeout("UnlinkCallback"), timeout("AccountCallback")), (4, 4, 4));
    // State design, rule 5: whoever finds a sign-up's lease run out must find nobody at work.
    for page in ["SyncRedirect", "SyncMatch", "SyncFailure"] {
        assert!(timeout(page) <= 10 && 10 < shared::store::sign_up::LEASE.as_secs(), "{page}");
    }
    // Whoever finds the lease of a reconciler's round run out must find nobody at work.
    assert!(timeout("Outbox") + 5 < shared::store::sign_up::ROUND_LEASE.as_secs());
    // threats-and-faults, section 3: Kakao Work's own limit is not known and treated as 3 s.
    assert_eq!((timeout("WorkRequest"), timeout("WorkCallback")), (4, 4));
    // The outbox must be able to use a callback's whole minute (decision 6).
    assert!(timeout("Outbox") >= shared::kapi::skill_callback::DELIVER_WITHIN.as_secs());
}

#[test]
fn f25_a_failing_batch_is_bounded_and_reported_record_by_record() {
    let events = resources("AWS::Serverless::Function")["Outbox"]["Properties"]["Events"].clone();
    let stream = &events["Effects"]["Properties"];
    assert_eq!(stream["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    assert_eq!(stream["BisectBatchOnFunctionError"], true);
    assert_eq!(stream["MaximumRetryAttempts"], 5);
    assert_eq!(stream["MaximumRecordAgeInSeconds"], 3_600);
    assert!(stream["DestinationConfig"]["OnFailure"]["Destination"].is_object());
    let filters: Vec<Value> = stream["FilterCriteria"]["Filters"]
        .as_array()
        .expect("filters")
        .iter()
        .map(|filter| serde_json::from_str(filter["Pattern"].as_str().expect("a pattern")).expect("a pattern is JSON"))
        .collect();
    assert_eq!(filters[0], json!({"eventName": ["INSERT"], "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "OUT#"}]}}}}));
    assert_eq!(
        filters[1],
        json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"SK": {"S": [{"prefix": "JOB#"}]}}}})
    );
    assert_eq!(events["Sweep"]["Properties"]["Input"], r#"{"sweep":"due"}"#);
    assert_eq!(events["Reconcile"]["Properties"]["Input"], r#"{"reconcile":"members"}"#);
    assert_eq!(events["Reconcile"]["Properties"]["State"], json!({"Fn::If": ["Reconciles", "ENABLED", "DISABLED"]}));
    let relations = &events["ReconcileRelations"]["Properties"];
    assert_eq!(relations["Input"], r#"{"reconcile":"channels"}"#);
    assert_eq!(relations["State"], json!({"Fn::If": ["ReconcilesChannels", "ENABLED", "DISABLED"]}));
    assert_eq!(template()["Parameters"]["ReconcileChannels"]["Default"], "off", "who wants it says so");
    assert_eq!(events["Sweep"]["Properties"]["ScheduleExpression"], "rate(1 minute)");
    let addresses = &events["Addresses"]["Properties"];
    assert_eq!(addresses["Input"], r#"{"addresses":"kakao"}"#);
    assert_eq!(addresses["State"], json!({"Fn::If": ["AsksForAddresses", "ENABLED", "DISABLED"]}));
}

#[test]
fn the_table_is_kept_and_its_stream_carries_no_data() {
    let tables = resources("AWS::DynamoDB::Table");
    assert_eq!(tables.len(), 1, "one table");
    let table = &tables["State"];
    assert_eq!((&table["DeletionPolicy"], &table["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
    let properties = &table["Properties"];
    assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(properties["DeletionProtectionEnabled"], true);
    assert_eq!(properties["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
    assert_eq!(properties["TimeToLiveSpecification"], json!({"AttributeName": "ttl", "Enabled": true}));
    assert_eq!(properties["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"], 7);
    assert_eq!(properties["SSESpecification"]["SSEType"], "KMS");
    assert_eq!(properties["GlobalSecondaryIndexes"].as_array().map(Vec::len), Some(1), "only `due`");
}

#[test]
fn every_function_has_its_log_group_and_its_alarms() {
    let alarms = resources("AWS::CloudWatch::Alarm");
    let groups = resources("AWS::Logs::LogGroup");
    for function in functions().keys().map(|function| resource_name(function)) {
        let group = &groups[&format!("{function}Logs")]["Properties"];
        assert!(!group["RetentionInDays"].is_null() && !group["KmsKeyId"].is_null(), "{function}Logs");
        for metric in ["Errors", "Throttles"] {
            let alarm = &alarms[&format!("{function}{metric}")]["Properties"];
            assert_eq!(alarm["Dimensions"][0]["Value"], json!({ "Ref": function }), "{function}{metric}");
        }
    }
    for alarm in [
        "SkillSlow",
        "SkillApologizes",
        "SkillIdentityConflicts",
        "OutboxParked",
        "OutboxLate",
        "OutboxGaveUp",
        "OutboxDeliveriesFailed",
        "OutboxEventsFailed",
        "OutboxErasureLate",
        "OutboxRepairs",
        "OutboxRelationsWrong",
        "OutboxSecretRefused",
        "OutboxMessagesFailed",
        "ApiErrors",
        "BadKeys",
        "SyncRedirectMisconfigured",
        "SyncRedirectRejected",
        "ChannelCallbackOdd",
        "ChannelCallbackSilent",
        "UnlinkCallbackOtherApp",
        "AccountCallbackUnchecked",
        "CallbacksFromElsewhere",
    ] {
        assert!(alarms.contains_key(alarm), "{alarm}");
    }
    for (name, alarm) in alarms {
        assert_eq!(alarm["Properties"]["AlarmActions"], json!([{ "Ref": "AlarmTopic" }]), "{name} tells nobody");
    }
}

#[test]
fn the_log_lines_that_alarms_count_are_the_ones_the_code_writes() {
    let files = [
        "functions/skill/src/lib.rs",
        "functions/outbox/src/lib.rs",
        "functions/outbox/src/deliver.rs",
        "functions/outbox/src/event.rs",
        "functions/outbox/src/work.rs",
        "shared/src/bot/work/seam.rs",
        "shared/src/converse/spoken.rs",
        "shared/src/secret.rs",
        "shared/src/verify.rs",
        "shared/src/lambda.rs",
        "shared/src/kakao/login/koe.rs",
        "shared/src/sign_up/client.rs",
        "shared/src/sign_up/login.rs",
        "shared/src/sign_up/names.rs",
        "shared/src/sign_up/reconcile.rs",
        "shared/src/sign_up/relations.rs",
        "shared/src/sign_up/unlink.rs",
        "shared/src/hear.rs",
        "functions/sync-redirect/src/lib.rs",
        "functions/channel-callback/src/lib.rs",
        "functions/unlink-callback/src/lib.rs",
        "functions/account-callback/src/lib.rs",
    ];
    let sources = files.map(|path| fs::read_to_string(workspace().join(path)).expect(path)).concat();
    for (name, filter) in resources("AWS::Logs::MetricFilter") {
        let pattern = filter["Properties"]["FilterPattern"].as_str().expect("a pattern").to_owned();
        let words = pattern.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        assert!(!words.is_empty(), "{name}");
        for word in words {
            assert!(sources.contains(&format!("\"{word}\"")), "{name} counts {word:?}, which nobody writes");
        }
    }
}

#[test]
fn t04_an_event_of_nobody_rings_as_odd() {
    let filter = &resources("AWS::Logs::MetricFilter")["ChannelCallbackOddCount"]["Properties"];
    assert_eq!(filter["LogGroupName"], json!({ "Ref": "ChannelCallbackLogs" }));
    let pattern = filter["FilterPattern"].as_str().expect("a pattern");
    for event in ["channel.ahead", "channel.foreign", "channel.nobody", "channel.notice"] {
        assert!(pattern.contains(&format!("($.event = \"{event}\")")), "{event} is not counted: {pattern}");
    }
    assert_eq!(pattern.matches(" || ").count(), 3, "any of them counts: {pattern}");
    let metric = &filter["MetricTransformations"][0];
    let alarm = &resources("AWS::CloudWatch::Alarm")["ChannelCallbackOdd"]["Properties"];
    assert_eq!((&alarm["MetricName"], &alarm["Namespace"]), (&metric["MetricName"], &metric["MetricNamespace"]));
    assert_eq!((&metric["MetricValue"], &alarm["Threshold"]), (&json!("1"), &json!(0)), "one is enough");
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
}

#[test]
fn row_4_codes_that_were_used_before_are_counted_and_ring_no_bell() {
    let filter = &resources("AWS::Logs::MetricFilter")["SyncSpentCodeCount"]["Properties"];
    assert_eq!(filter["LogGroupName"], json!({ "Ref": "SyncRedirectLogs" }));
    assert_eq!(filter["FilterPattern"], "{ ($.event = \"sync.koe\") && ($.kind = \"KOE320\") }");
    let metric = filter["MetricTransformations"][0]["MetricName"].as_str().expect("a name");
    let operating = fs::read_to_string(workspace().join("docs/operating.md")).expect("docs/operating.md");
    assert!(operating.contains(&format!("`{metric}`")), "whoever operates it can find {metric}");
    let alarms = resources("AWS::CloudWatch::Alarm");
    assert!(alarms.values().all(|alarm| alarm["Properties"]["MetricName"] != metric), "the person only starts again");
}

#[test]
fn t20_the_access_log_names_no_path_query_header_or_address() {
    let format = resources("AWS::Serverless::HttpApi")["Api"]["Properties"]["AccessLogSettings"]["Format"].to_string();
    let fields: BTreeSet<&str> =
        format.split("$context.").skip(1).map(|rest| rest.split(['"', '\\']).next().unwrap_or(rest)).collect();
    let allowed = ["requestId", "routeKey", "status", "responseLatency", "integrationErrorMessage"];
    assert_eq!(fields, BTreeSet::from(allowed));
}

#[test]
fn t25_a_panic_unwinds_and_arithmetic_is_checked() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).expect("Cargo.toml");
    let release =
        manifest.split("[profile.release]").nth(1).expect("a release profile").split("\n[").next().expect("its text");
    assert!(release.contains("panic = \"unwind\""), "without unwinding one panic takes the sandbox down");
    assert!(release.contains("overflow-checks = true"));
}
