//! What loading and evaluating Terraform source costs, as a ratio to what parsing it costs at least.
//!
//! `cargo bench --bench source`. A root module of 10,000 resources is made; the floor is one pass of
//! `hcl-edit` over its text. Both run one after the other, and the median of the paired ratios is told.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that cannot go on fails; it prints"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plangate::load::terraform::{Directory, TreeFiles, load};
use plangate::model::source::SourceMap;
use plangate::resolve::resolve;
use plangate::terraform::{Beside, evaluate};

const PAIRS: usize = 9;

fn main() {
    let folder = made();
    let text = std::fs::read_to_string(folder.join("main.tf")).expect("the module can be read");
    let (mut floors, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let floor = seconds(|| {
            black_box(hcl_edit::parser::parse_body(&text).expect("the module is HCL"));
        });
        let own = seconds(|| evaluated(&folder));
        floors.push(floor);
        ours.push(own);
        ratios.push(own / floor);
    }
    println!(
        "floor                      {:.1} ms (median of {PAIRS})",
        median(floors) * 1e3
    );
    println!("load + evaluate + resolve  {:.1} ms", median(ours) * 1e3);
    println!("ratio                      {:.2}", median(ratios));
}

/// A module of 2,500 keys, buckets, bucket policies and roles each.
fn made() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source-of-10000");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut text = String::from("provider \"aws\" {\n  region = \"eu-central-1\"\n}\n");
    for at in 0..2_500 {
        write!(
            text,
            r#"
resource "aws_kms_key" "k{at}" {{
  description         = "key {at}"
  enable_key_rotation = true
}}

resource "aws_s3_bucket" "b{at}" {{
  bucket = "data-{at}"
}}

resource "aws_s3_bucket_policy" "b{at}" {{
  bucket = aws_s3_bucket.b{at}.id
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.b{at}.arn, "${{aws_s3_bucket.b{at}.arn}}/*"]
      Condition = {{ Bool = {{ "aws:SecureTransport" = "false" }} }}
    }}]
  }})
}}

resource "aws_iam_role" "r{at}" {{
  name = "role-{at}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Service = "sagemaker.amazonaws.com" }}
      Action    = "sts:AssumeRole"
    }}]
  }})
}}
"#
        )
        .expect("a text takes more text");
    }
    std::fs::write(folder.join("main.tf"), text).expect("the module can be written");
    folder
}

fn evaluated(folder: &Path) {
    let tree = Directory::open(folder, folder).expect("the module can be opened");
    let mut sources = SourceMap::default();
    let root = load(&tree, &[], [], &mut sources);
    let one = evaluate(&root, &TreeFiles(&tree), &Beside::default());
    black_box(resolve(one.draft).iter().count());
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
