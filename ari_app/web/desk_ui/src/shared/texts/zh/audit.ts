export const audit = {
  title: "审计",
  caption: "谁做了什么，最近的在前",
  none: "没有记录",
  seq: "序号",
  at: "时间",
  who: "操作人",
  what: "操作",
  subject: "对象",
  result: "结果",
  data: "内容",
  search: "查询",
  more: "更早的",
};
