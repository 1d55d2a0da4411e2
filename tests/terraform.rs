//! Terraform source as it is read: the small projects in `testdata/inputs/terraform/`, and everything in
//! `../shared/corpora/terraform-hcl`, where it is there.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use plangate::hcl::functions::{FileError, Files};
use plangate::hcl::syntax::{Block, Body};
use plangate::load::terraform::{
    Called, Directory, Given, Giver, PlanFile, Root, Setting, Tree, TreeFiles, boundary, load,
};
use plangate::model::source::SourceMap;

const INPUTS: &str = "testdata/inputs/terraform";

fn project(name: &str) -> Directory {
    let path = Path::new(INPUTS).join(name);
    Directory::open(&path, &path).unwrap()
}

fn read(tree: &dyn Tree) -> (SourceMap, Root) {
    let mut sources = SourceMap::default();
    let root = load(tree, &[], [], &mut sources);
    (sources, root)
}

/// A body as its source says it, with the places of merged parts.
fn outline(sources: &SourceMap, body: &Body) -> String {
    fn of_body(sources: &SourceMap, body: &Body, indent: usize, out: &mut String) {
        for argument in &body.arguments {
            let value = sources.slice(argument.value.span);
            writeln!(out, "{:indent$}{} = {value}", "", argument.name).unwrap();
        }
        for block in &body.blocks {
            of_block(sources, block, indent, out);
        }
    }
    fn of_block(sources: &SourceMap, block: &Block, indent: usize, out: &mut String) {
        let words = [std::slice::from_ref(&block.name), &block.labels].concat();
        writeln!(out, "{:indent$}{}", "", words.join(" ")).unwrap();
        of_body(sources, &block.body, indent + 2, out);
    }
    let mut out = String::new();
    of_body(sources, body, 0, &mut out);
    out
}

/// Problems, each with its file and line; fatal ones first marked.
fn problems(sources: &SourceMap, root: &Root) -> Vec<String> {
    let problems = root.problems.iter().map(|problem| {
        let place = problem.origin.map_or(String::new(), |at| {
            let place = sources.location(at);
            let file = place.file.replace(&format!("{INPUTS}/"), "");
            format!("{file}:{}: ", place.line)
        });
        let fatal = if problem.fatal { "fatal: " } else { "" };
        format!("{fatal}{place}{}", problem.message)
    });
    problems.collect()
}

#[test]
fn override_files_are_merged_by_name_and_kind() {
    let (sources, root) = read(&project("overrides"));
    insta::assert_snapshot!(outline(&sources, &root.modules[0].body), @r#"
    terraform
      required_providers
        null = { source = "hashicorp/null" }
    provider aws
      region = "eu-west-1"
    provider aws
      alias = "west"
      region = "us-west-1"
    variable name
      type = string
      default = "${second}"
    locals
      kept = 1
      replaced = 3
    resource aws_security_group this
      name = "second"
      egress = [{"from_port": 30}]
      lifecycle
        create_before_destroy = true
        ignore_changes = all
      ingress
        from_port = 10
    output name
      value = var.name
      sensitive = true
    module queue
      source = "git::https://example.com/queue.git"
      size = 1
      name = "first"
    terraform
      required_version = ">= 1.9"
      required_providers
        aws = { source = "hashicorp/aws", version = "~> 6.0" }
      cloud
    provider null
    "#);
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"
    overrides/a_override.tf:32: `depends_on` cannot be overridden
    overrides/a_override.tf:35: nothing in the module is there to override: `resource aws_security_group other`
    overrides/a_override.tf:43: `moved` cannot be overridden
    overrides/main.tf:55: module `queue` from `git::https://example.com/queue.git` is not installed
    "#);
}

#[test]
fn json_is_read_by_what_terraform_says_of_its_names() {
    let path = Path::new(INPUTS).join("json");
    let (sources, root) = read(&Directory::open(&path, Path::new(INPUTS)).unwrap());
    insta::assert_snapshot!(outline(&sources, &root.modules[0].body), @r#"
    terraform
      required_providers
        aws = {"source": "hashicorp/aws"}
    variable names
      type = list(string)
      default = ["${kept}"]
    locals
      first = "${var.names[0]}"
    resource aws_s3_bucket data
      bucket = "data-${local.first}"
      depends_on = ["aws_s3_bucket.logs"]
      lifecycle
        ignore_changes = ["tags"]
        prevent_destroy = true
    resource aws_s3_bucket logs
      provider = aws.west
    module queue
      source = "../modules/queue"
      providers = {"aws": "aws.west"}
    output data
      value = "${aws_s3_bucket.data.arn}"
    "#);
    assert_eq!(root.modules[1].directory, "../modules/queue");
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"json/main.tf.json:18: `ressource` is no block of Terraform's"#);
}

#[test]
fn files_of_opentofu_are_taken_instead() {
    let (sources, root) = read(&project("tofu"));
    let outline = outline(&sources, &root.modules[0].body);
    assert_eq!(outline, "output made_by\n  value = \"opentofu\"\n");
}

/// The modules as calls lead to them.
fn tree_of(root: &Root) -> Vec<String> {
    let modules = root.modules.iter().map(|module| {
        let calls = module.calls.iter().map(|(name, called)| match called {
            Called::Module(at) => format!("{name}={at}"),
            Called::NotSeen { source, .. } => format!("{name} from {source}"),
        });
        let calls: Vec<_> = calls.collect();
        let (path, directory) = (module.path.join("."), &module.directory);
        format!("[{path}] {directory}: {}", calls.join(", "))
            .trim_end()
            .to_owned()
    });
    modules.collect()
}

#[test]
fn every_path_of_calls_is_a_module() {
    let (sources, root) = read(&project("modules"));
    insta::assert_snapshot!(tree_of(&root).join("\n"), @r#"
    [] .: network from terraform-aws-modules/vpc/aws, queue=1, second=2
    [queue] queue: inner=3
    [second] queue: inner=4
    [queue.inner] queue/inner:
    [second.inner] queue/inner:
    "#);
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"modules/main.tf:10: module `network` from `terraform-aws-modules/vpc/aws` is not installed"#);
    let files: BTreeSet<_> = root.modules.iter().flat_map(|one| &one.files).collect();
    assert_eq!(files.len(), 3, "each file is read once");
}

#[test]
fn a_plan_file_is_read_as_the_directory_it_was_made_in() {
    let bytes = fs::read(format!("{INPUTS}/modules/tfplan")).unwrap();
    let plan = PlanFile::open("tfplan", &bytes).unwrap();
    let (sources, root) = read(&plan);
    insta::assert_snapshot!(tree_of(&root).join("\n"), @r#"
    [] .: queue=1, second=2
    [queue] queue: inner=3
    [second] queue: inner=4
    [queue.inner] queue/inner:
    [second.inner] queue/inner:
    "#);
    assert_eq!(problems(&sources, &root), [""; 0]);
    let names = root.modules.iter().flat_map(|module| &module.files);
    let names: BTreeSet<_> = names.map(|file| sources.name(*file)).collect();
    let expected = [
        "tfplan:main.tf",
        "tfplan:queue/inner/main.tf",
        "tfplan:queue/main.tf",
    ];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
    let unreadable = TreeFiles(&plan).read("queue/greeting.txt").unwrap_err();
    assert!(matches!(unreadable, FileError::Unreadable(_)));
}

#[test]
fn what_is_no_plan_file_says_so() {
    let error = |bytes: &[u8]| PlanFile::open("tfplan", bytes).unwrap_err().to_string();
    assert!(error(b"PK\x03\x04rest").starts_with("is a binary plan file that cannot be read: "));
    let bytes = fs::read(format!("{INPUTS}/modules/tfplan")).unwrap();
    for end in (0..bytes.len()).step_by(97) {
        error(&bytes[..end]);
    }
    // Whatever byte is wrong, it is read or refused.
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        if let Ok(plan) = PlanFile::open("tfplan", &changed) {
            read(&plan);
        }
    }
}

#[test]
fn values_come_in_the_order_of_terraform() {
    let mut sources = SourceMap::default();
    let settings = [
        Setting::Var("a=first".to_owned()),
        Setting::File(format!("{INPUTS}/variables/given.tfvars")),
        Setting::Var("list=[\"a=b\"]".to_owned()),
        Setting::Var("nothing".to_owned()),
        Setting::File("no-such.tfvars".to_owned()),
    ];
    let environment = [("HOME", "/root"), ("TF_VAR_b", "from outside")];
    let environment = environment.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let root = load(&project("variables"), &settings, environment, &mut sources);
    let said = root.assignments.iter().map(|one| {
        let name = sources
            .location(one.span)
            .file
            .replace(&format!("{INPUTS}/variables/"), "");
        let value = match &one.given {
            Given::Expr(expr) => sources.slice(expr.span),
            Given::Text(text) => text,
        };
        format!("{} = {value} ({name}, {:?})", one.name, one.from)
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @r#"
    b = from outside (TF_VAR_b, Environment)
    a = "terraform.tfvars" (terraform.tfvars, Directory)
    a = "terraform.tfvars.json" (terraform.tfvars.json, Directory)
    b = "${literal}" (terraform.tfvars.json, Directory)
    a = "one.auto.tfvars" (one.auto.tfvars, Directory)
    list = ["x"] (two.auto.tfvars.json, Directory)
    a = first (--var a, Option)
    a = "given.tfvars" (given.tfvars, File)
    list = ["a=b"] (--var list, Option)
    "#);
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"
    fatal: `--var nothing` gives no value
    fatal: `no-such.tfvars` cannot be read: it is not there
    "#);
    assert_eq!(root.assignments[0].from, Giver::Environment);
}

#[test]
fn a_broken_file_takes_no_other_with_it() {
    let (sources, root) = read(&project("broken"));
    insta::assert_snapshot!(outline(&sources, &root.modules[0].body), @r#"
    resource terraform_data fine
    module gone
      source = "./gone"
    "#);
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"
    fatal: broken/broken.tf:3: this is not HCL: expected `]`
    broken/fine.tf:5: `resource` takes 2 labels, and here has 1
    broken/fine.tf:7: `modul` is no block of Terraform's
    fatal: broken/more.tf.json:1: this is not JSON: key must be a string
    broken/fine.tf:3: `resource terraform_data fine` is there twice in one module
    fatal: broken/fine.tf:12: module `gone` in `testdata/inputs/terraform/broken/gone` cannot be read: it is not there
    fatal: `testdata/inputs/terraform/broken/terraform.tfvars` cannot be read: it is not UTF-8 text
    "#);
}

#[test]
fn nothing_outside_is_read() {
    let root = Path::new(INPUTS).join("outside/root");
    let closed = Directory::open(&root, &root).unwrap();
    let (sources, read_closed) = read(&closed);
    insta::assert_snapshot!(tree_of(&read_closed).join("\n"), @r#"[] .: other from ../other"#);
    insta::assert_snapshot!(problems(&sources, &read_closed).join("\n"), @r#"outside/root/main.tf:1: module `other` in `testdata/inputs/terraform/outside/other` cannot be read: it lies outside of what is read for this input"#);
    let files = TreeFiles(&closed);
    for path in [
        "../other/main.tf",
        "/etc/passwd",
        "~/.ssh/id",
        "a/../../x",
        "../none",
    ] {
        assert_eq!(files.read(path), Err(FileError::Outside), "{path}");
    }
    assert_eq!(files.list(".."), Err(FileError::Outside));
    assert_eq!(files.read("none"), Err(FileError::Missing));
    let open = Directory::open(&root, &boundary(&root, &[])).unwrap();
    let (sources, read_open) = read(&open);
    assert_eq!(read_open.modules[1].directory, "../other");
    let name = sources.name(read_open.modules[1].files[0]);
    assert_eq!(name, format!("{INPUTS}/outside/other/main.tf"));
    assert!(TreeFiles(&open).read("../other/main.tf").is_ok());
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    let root = scratch("links");
    fs::create_dir(root.join("inside")).unwrap();
    fs::write(root.join("inside/here.txt"), "here").unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, root.join(name)).unwrap();
    link("/etc", "etc");
    link("/etc/passwd", "passwd.tf");
    link("none", "none.tf");
    link("inside", "again");
    link("inside/here.txt", "here.txt");
    let directory = Directory::open(&root, &root).unwrap();
    let files = TreeFiles(&directory);
    assert_eq!(files.read("etc/passwd"), Err(FileError::Outside));
    assert_eq!(files.read("again/here.txt").unwrap(), b"here");
    let below = ["here.txt", "inside/here.txt"].map(PathBuf::from);
    assert_eq!(files.list(".").unwrap(), below);
    let (sources, root) = read(&directory);
    let said = problems(&sources, &root);
    assert!(
        said[0].ends_with("none.tf` cannot be read: it is not there"),
        "{said:?}"
    );
    assert!(
        said[1].contains("passwd.tf` cannot be read: it lies outside"),
        "{said:?}"
    );
}

#[test]
fn circles_and_crowds_of_modules_end() {
    let (sources, root) = read(&project("circle"));
    insta::assert_snapshot!(tree_of(&root).join("\n"), @r#"
    [] .: a=1
    [a] a: b=2
    [a.b] a/b: a from ../
    "#);
    insta::assert_snapshot!(problems(&sources, &root).join("\n"), @r#"fatal: circle/a/b/main.tf:1: module `a` leads back to a module that calls it"#);

    let crowd = scratch("crowd");
    for level in 0..12 {
        let directory = crowd.join("x/".repeat(level));
        fs::create_dir_all(&directory).unwrap();
        let call = |name| format!("module \"{name}\" {{\n  source = \"./x\"\n}}\n");
        fs::write(directory.join("main.tf"), call("a") + &call("b")).unwrap();
    }
    let (sources, root) = read(&Directory::open(&crowd, &crowd).unwrap());
    assert_eq!(root.modules.len(), 1000);
    let said = problems(&sources, &root);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("fatal: ") && said[0].ends_with("more than 1,000 modules"));
}

#[test]
fn installed_modules_are_read_where_they_lie() {
    let root = scratch("installed");
    let vpc = root.join(".terraform/modules/vpc/modules/part");
    fs::create_dir_all(&vpc).unwrap();
    fs::write(vpc.join("main.tf"), "locals {}\n").unwrap();
    fs::write(
        root.join(".terraform/modules/vpc/main.tf"),
        "module part {\n source = \"./modules/part\"\n}\n",
    )
    .unwrap();
    fs::write(
        root.join(".terraform/modules/modules.json"),
        r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
            {"Key": "vpc", "Source": "registry.terraform.io/a/vpc/aws", "Version": "1.0.0", "Dir": ".terraform/modules/vpc"},
            {"Key": "other", "Source": "registry.terraform.io/a/b/aws", "Dir": ".terraform/modules/vpc"},
            {"Key": "away", "Source": "git::https://example.com/x.git", "Dir": "/"},
            {"Key": "gone", "Source": "git::https://example.com/x.git", "Dir": ".terraform/modules/gone"}]}"#,
    )
    .unwrap();
    fs::write(
        root.join("main.tf"),
        "module vpc {\n source = \"a/vpc/aws\"\n}\nmodule other {\n source = \"a/vpc/aws\"\n}\n\
         module away {\n source = \"git::https://example.com/x.git\"\n}\n\
         module gone {\n source = \"git::https://example.com/x.git\"\n}\n\
         module worked_out {\n source = \"./${var.x}\"\n}\nmodule nowhere {}\n",
    )
    .unwrap();
    let (sources, read) = read(&Directory::open(&root, &root).unwrap());
    insta::assert_snapshot!(tree_of(&read).join("\n"), @r#"
    [] .: away from git::https://example.com/x.git, gone from git::https://example.com/x.git, nowhere from , other from a/vpc/aws, vpc=1, worked_out from
    [vpc] .terraform/modules/vpc: part=2
    [vpc.part] .terraform/modules/vpc/modules/part:
    "#);
    let said = problems(&sources, &read).join("\n");
    let said = said.replace(&*root.to_string_lossy(), "ROOT");
    insta::assert_snapshot!(said, @r#"
    ROOT/main.tf:5: module `other` is installed from `registry.terraform.io/a/b/aws`, and not from `a/vpc/aws`
    ROOT/main.tf:8: module `away` in `/` cannot be read: it lies outside of what is read for this input
    ROOT/main.tf:11: module `gone` in `ROOT/.terraform/modules/gone` cannot be read: it is not there
    ROOT/main.tf:14: the source of module `worked_out` is no plain text
    ROOT/main.tf:16: the source of module `nowhere` is no plain text
    "#);
}

#[test]
fn one_file_given_by_name_is_a_module_of_its_own() {
    let path = Path::new(INPUTS).join("broken/fine.tf");
    let (sources, root) = read(&Directory::open(&path, Path::new(INPUTS)).unwrap());
    assert_eq!(root.modules[0].files.len(), 1);
    assert!(root.modules.len() == 1 && root.assignments.is_empty());
    assert_eq!(
        sources.name(root.modules[0].files[0]),
        path.to_string_lossy()
    );
}

#[test]
fn large_files_are_refused() {
    let root = scratch("large");
    fs::write(root.join("main.tf"), "#".repeat((16 << 20) + 1)).unwrap();
    let (sources, read) = read(&Directory::open(&root, &root).unwrap());
    let said = problems(&sources, &read);
    assert!(
        said[0].ends_with("main.tf` cannot be read: it is larger than 16 MiB"),
        "{said:?}"
    );
}

/// An empty directory for one test.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("terraform-{name}"));
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path.canonicalize().unwrap()
}

#[test]
fn other_peoples_configurations_are_read() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let corpora = corpora.join("terraform-hcl");
    let files = support::files(&corpora, "");
    let is_configuration = |path: &&PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".tf") || name.ends_with(".tf.json")
    };
    let directories = files.iter().filter(is_configuration);
    let directories: BTreeSet<_> = directories.filter_map(|path| path.parent()).collect();
    let (mut modules, mut read_files, mut said) = (0, 0, Vec::new());
    for directory in &directories {
        let (sources, root) = read(&Directory::open(directory, &corpora).unwrap());
        modules += root.modules.len();
        read_files += root
            .modules
            .iter()
            .map(|one| one.files.len())
            .sum::<usize>();
        said.extend(problems(&sources, &root));
    }
    for problem in &said {
        println!("{problem}");
    }
    let fatal = said.iter().filter(|one| one.starts_with("fatal"));
    let (directories, fatal, said) = (directories.len(), fatal.count(), said.len());
    println!(
        "{directories} directories, {modules} modules, {read_files} files, {said} problems, {fatal} fatal"
    );
    assert!(modules >= directories);
}
