export const phone = {
  microphone_bad: "无法使用麦克风：{why}",
  fault_refused: "浏览器未允许使用麦克风",
  fault_missing: "没有找到麦克风",
  fault_busy: "麦克风被其他程序占用",
};
